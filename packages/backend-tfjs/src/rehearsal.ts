import type { Host } from "@strongroom/core/backend"
import { graphComputation } from "./graph-model.js"
import { partReader } from "./part-reader.js"
import { graph, image, output, weights as specs, weightBytes } from "./rehearsal-graph.js"
import type { Runtime } from "./runtime.js"
import { engineSession } from "./session.js"
import { readWeights } from "./weights.js"

/** After so many the next takes hardly less. */
const runs = 4

/**
 * Loads a small network, runs it and closes it, so that the code of TensorFlow.js, of this backend and of the engine's
 * operators is compiled when the first model comes (docs/decisions/0016-tfjs-engines.md has what that saves).
 *
 * @param signal ends it between two steps: whoever has a model to load comes first.
 */
export async function rehearse(runtime: Runtime, host: Host, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const bytes = weightBytes()
  const part = { byteLength: bytes.length, chunks: () => pieces(bytes) }
  const weights = await readWeights(runtime, host, [{ reader: partReader([part], signal, () => {}), specs }])
  const computation = await graphComputation(runtime, graph, weights.tensors)
  if ("declined" in computation) {
    weights.release()
    return
  }
  const session = engineSession(runtime, computation, weights)
  const allocate = (_type: string, shape: readonly number[]) => new Uint8Array(floatBytes(shape))
  const input = { type: "float32", shape: image.shape, data: allocate("float32", image.shape) } as const
  try {
    for (let run = 0; run < runs && !signal.aborted; run++) {
      await turn()
      await session.run({ inputs: { [image.name]: input }, outputs: [output], keep: [], allocate, signal })
    }
  } finally {
    await session.close()
  }
}

/** The event loop's. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const floatBytes = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 4)

async function* pieces(bytes: Uint8Array) {
  yield bytes
}
