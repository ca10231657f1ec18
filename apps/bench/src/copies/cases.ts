import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, type ModelToSeal, type Tensor, tensor } from "@strongroom/core"
import type { Backend } from "@strongroom/core/backend"
import { type Network, onnxWriter, sink, tfjsWriter } from "@strongroom/testkit"

/** An engine, and 64 MiB of weights that it is given in its own format. */
export interface CopiesCase {
  readonly name: string
  backend(): Backend
  /** The weights: so many square matrices of float32, of `size` rows each. */
  readonly layers: number
  readonly size: number
  model(network: Network): Promise<ModelToSeal>
  /** Whether the engine alone is measured too, with the plain model in one file: it is ONNX Runtime then. */
  readonly alone: boolean
  /**
   * Whether nothing at all may be left after the close. Engines that take many small pieces from the heap leave what lies at
   * the ends of pages.
   */
  readonly leavesNothing: boolean
}

export const weightMiB = 64

/** Matrices so large that the C library takes each from the system and gives it back; and such as lie in its heap. */
const one = { layers: 1, size: 4096 }
const many = { layers: 1024, size: 128 }

/** The weights' bytes without a graph, which is all that the sink takes. */
async function bareWeights({ weights }: Network): Promise<ModelToSeal> {
  return {
    kind: "file",
    inputs: [{ name: "offset", type: "int64", shape: ["n"] }],
    outputs: [{ name: "byte", type: "uint8", shape: ["n"] }],
    parts: weights.map(({ name, tensor: { data } }) => ({
      role: "weights",
      name,
      source: bytesSource(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    })),
  }
}

const onnx = { backend: onnxruntime, model: onnxWriter.write, alone: true, leavesNothing: true }
const tensorflow = { backend: tfjs, model: tfjsWriter.write, alone: false, leavesNothing: true }
const bare = { ...one, model: bareWeights, alone: false, leavesNothing: true }

export const copiesCases: readonly CopiesCase[] = [
  { ...onnx, ...one, name: "ONNX Runtime, one weight" },
  {
    ...onnx,
    ...one,
    name: "ONNX Runtime, one weight, external",
    model: (network) => onnxWriter.write({ ...network, separateWeights: true }),
    alone: false,
  },
  { ...onnx, ...many, name: "ONNX Runtime, 1,024 weights", leavesNothing: false },
  { ...tensorflow, ...one, name: "TF.js, one weight" },
  { ...tensorflow, ...many, name: "TF.js, 1,024 weights" },
  { ...bare, name: "sink in place", backend: () => sink({ inPlace: true }) },
  { ...bare, name: "sink as a stream", backend: sink },
]

/** What one run takes: a row for the product, or for the sink the place of the first byte. */
export function inputsOf({ model, size }: CopiesCase): { readonly [name: string]: Tensor } {
  if (model === bareWeights) return { offset: tensor("int64", [1], BigInt64Array.of(0n)) }
  return { x: tensor("float32", [1, size], new Float32Array(size).fill(0.5)) }
}

/** In a folder, what a measured process loads, and opens it with. */
export const copiesFiles = {
  sealed: "model.sealed",
  plain: "model.onnx",
  grant: "model.grant",
  identity: "identity.key",
  publisher: "publisher.pub",
} as const
