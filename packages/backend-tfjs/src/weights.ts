import type { Host } from "@strongroom/core/backend"
import type { io, Tensor } from "@tensorflow/tfjs-core"
import type { PartReader } from "./part-reader.js"
import { activate, type Runtime } from "./runtime.js"
import { spare } from "./scope.js"

type Weights = { [name: string]: Tensor }

/**
 * Moves weights into the engine one at a time, through memory that is zeroed after each. The layout is tfjs-converter's: weight after weight without padding, a string as its
 * length (32 bits, little-endian) and its bytes.
 *
 * Quantised weights are expanded by TensorFlow.js itself, which leaves copies of those to the garbage collector.
 */
export async function readWeights(
  runtime: Runtime,
  host: Host,
  reader: PartReader,
  specs: readonly io.WeightsManifestEntry[],
): Promise<Weights> {
  const weights: Weights = {}
  try {
    for (const spec of specs) {
      weights[spec.name] =
        spec.dtype === "string"
          ? await readStrings(runtime, reader, spec)
          : await readNumbers(runtime, host, reader, spec)
    }
    return weights
  } catch (error) {
    disposeWeights(runtime, weights)
    throw error
  } finally {
    await reader.close()
  }
}

/** Overwrites the weights where the engine would free them as they are, and disposes of them. */
export function disposeWeights(runtime: Runtime, weights: Weights): void {
  wipeWeights(runtime, Object.values(weights))
  for (const weight of Object.values(weights)) weight.dispose()
}

export function wipeWeights(runtime: Runtime, weights: readonly Tensor[]): void {
  for (const weight of weights) if (!weight.isDisposed) runtime.wipe(weight)
}

async function readNumbers(
  runtime: Runtime,
  host: Host,
  reader: PartReader,
  spec: io.WeightsManifestEntry,
): Promise<Tensor> {
  const { tf } = runtime
  const stored = spec.quantization?.dtype ?? spec.dtype
  const plaintext = host.allocate(tf.util.sizeFromShape(spec.shape) * bytesPerElement(stored))
  try {
    await reader.fill(plaintext.bytes)
    return weightTensor(runtime, () => decode(tf, plaintext.bytes, spec, stored))
  } finally {
    plaintext.close()
  }
}

/** Whichever session runs meanwhile must neither take it for its own nor have another engine active. */
function weightTensor(runtime: Runtime, make: () => Tensor): Tensor {
  activate(runtime)
  const tensor = spare(runtime.tf, make())
  runtime.upload(tensor)
  return tensor
}

function decode(tf: Runtime["tf"], bytes: Uint8Array, spec: io.WeightsManifestEntry, stored: string): Tensor {
  const { shape, dtype } = spec
  const { buffer, byteOffset, byteLength } = bytes
  if (stored === "float32") return tf.tensor(new Float32Array(buffer, byteOffset, byteLength / 4), shape, dtype)
  if (stored === "int32") return tf.tensor(new Int32Array(buffer, byteOffset, byteLength / 4), shape, dtype)
  if (stored === "bool") return tf.tensor(bytes, shape, dtype)
  const copy = bytes.slice()
  const decoded = tf.io.decodeWeights(copy.buffer, [spec])[spec.name]
  copy.fill(0)
  return decoded as Tensor
}

function bytesPerElement(stored: string): number {
  const sizes: { readonly [type: string]: number } = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }
  const size = sizes[stored]
  if (size === undefined) throw new TypeError(`Weights of type ${stored} aren't known.`)
  return size
}

async function readStrings(runtime: Runtime, reader: PartReader, { shape }: io.WeightsManifestEntry): Promise<Tensor> {
  const { tf } = runtime
  const values: Uint8Array[] = []
  for (let left = tf.util.sizeFromShape(shape); left > 0; left--) {
    const length = new Uint8Array(4)
    await reader.fill(length)
    const value = new Uint8Array(new DataView(length.buffer).getUint32(0, true))
    await reader.fill(value)
    values.push(value)
  }
  return weightTensor(runtime, () => tf.tensor(values, [...shape], "string"))
}
