import type { Host } from "@strongroom/core/backend"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import type { io, Tensor } from "@tensorflow/tfjs-core"
import type { PartReader } from "./part-reader.js"
import type { Runtime } from "./runtime.js"
import { spare } from "./scope.js"

type Tf = Runtime["tf"]
type Weights = { [name: string]: Tensor }

/**
 * Moves weights into the engine one at a time, through memory that is zeroed after each: TensorFlow.js copies them into
 * WebAssembly's memory at once. The layout is tfjs-converter's: weight after weight without padding, a string as its
 * length (32 bits, little-endian) and its bytes.
 *
 * Quantised weights are expanded by TensorFlow.js itself, which leaves copies of those to the garbage collector.
 */
export async function readWeights(
  tf: Tf,
  host: Host,
  reader: PartReader,
  specs: readonly io.WeightsManifestEntry[],
): Promise<Weights> {
  const weights: Weights = {}
  try {
    for (const spec of specs) {
      // Whichever session runs meanwhile must not take it for its own.
      weights[spec.name] = spare(
        tf,
        spec.dtype === "string" ? await readStrings(tf, reader, spec) : await readNumbers(tf, host, reader, spec),
      )
    }
    return weights
  } catch (error) {
    disposeWeights(tf, weights)
    throw error
  } finally {
    await reader.close()
  }
}

/** Overwrites the weights in WebAssembly's memory, which frees memory as it is, and disposes of them. */
export function disposeWeights(tf: Tf, weights: Weights): void {
  wipeWeights(tf, Object.values(weights))
  for (const weight of Object.values(weights)) weight.dispose()
}

/**
 * Overwrites weights in WebAssembly's memory. Once a model has run there are copies of some that XNNPACK has packed: nobody
 * else knows where.
 */
export function wipeWeights(tf: Tf, weights: readonly Tensor[]): void {
  const backend = tf.backend() as BackendWasm
  for (const weight of weights) {
    if (weight.dtype !== "string" && !weight.isDisposed) backend.typedArrayFromHeap(weight).fill(0)
  }
}

async function readNumbers(tf: Tf, host: Host, reader: PartReader, spec: io.WeightsManifestEntry): Promise<Tensor> {
  const { shape, dtype } = spec
  const stored = spec.quantization?.dtype ?? dtype
  const plaintext = host.allocate(tf.util.sizeFromShape(shape) * bytesPerElement(stored))
  try {
    await reader.fill(plaintext.bytes)
    const { buffer, byteOffset, byteLength } = plaintext.bytes
    if (stored === "float32") return tf.tensor(new Float32Array(buffer, byteOffset, byteLength / 4), shape, dtype)
    if (stored === "int32") return tf.tensor(new Int32Array(buffer, byteOffset, byteLength / 4), shape, dtype)
    if (stored === "bool") return tf.tensor(plaintext.bytes, shape, dtype)
    const copy = plaintext.bytes.slice()
    const decoded = tf.io.decodeWeights(copy.buffer, [spec])[spec.name]
    copy.fill(0)
    return decoded as Tensor
  } finally {
    plaintext.close()
  }
}

function bytesPerElement(stored: string): number {
  const sizes: { readonly [type: string]: number } = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 }
  const size = sizes[stored]
  if (size === undefined) throw new TypeError(`Weights of type ${stored} aren't known.`)
  return size
}

async function readStrings(tf: Tf, reader: PartReader, { shape }: io.WeightsManifestEntry): Promise<Tensor> {
  const values: Uint8Array[] = []
  for (let left = tf.util.sizeFromShape(shape); left > 0; left--) {
    const length = new Uint8Array(4)
    await reader.fill(length)
    const value = new Uint8Array(new DataView(length.buffer).getUint32(0, true))
    await reader.fill(value)
    values.push(value)
  }
  return tf.tensor(values, [...shape], "string")
}
