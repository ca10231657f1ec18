import type { Host, Plaintext } from "@strongroom/core/backend"
import type { io, NamedTensorMap, Tensor } from "@tensorflow/tfjs-core"
import type { PartReader } from "./part-reader.js"
import { expandOf } from "./quantized.js"
import { activate, type Runtime } from "./runtime.js"
import { spare } from "./scope.js"

/** A model's weights in an engine. */
export interface Weights {
  readonly tensors: NamedTensorMap
  /** Disposes of them, and overwrites what would be freed as it is. Safe twice. */
  release(): void
}

/**
 * Moves weights into the engine one at a time, through memory that is zeroed after each, or at the end where the engine
 * uses it in place. The layout is tfjs-converter's: weight after weight without padding, a string as its length (32 bits,
 * little-endian) and its bytes.
 *
 * Quantised weights are expanded in such memory, too. Complex ones are TensorFlow.js's to decode, which leaves copies of
 * those to the garbage collector.
 */
export async function readWeights(runtime: Runtime, host: Host, groups: readonly WeightGroup[]): Promise<Weights> {
  const weights = collection(runtime)
  try {
    for (const { reader, specs } of groups) {
      for (const spec of specs) {
        if (spec.dtype === "string") await readStrings(weights, reader, spec)
        else await readNumbers(weights, host, reader, spec)
      }
      await reader.end()
    }
    return weights
  } catch (error) {
    weights.release()
    throw error
  } finally {
    for (const { reader } of groups) await reader.close()
  }
}

/** Weights that are cut over files of their own. */
export interface WeightGroup {
  readonly reader: PartReader
  readonly specs: readonly io.WeightsManifestEntry[]
}

interface Collection extends Weights {
  readonly runtime: Runtime
  /**
   * Makes a tensor by `make` and moves its elements into the engine. True where the engine uses them in place: in
   * `plaintext`, which is then closed with the weights.
   */
  add(name: string, make: () => Tensor, plaintext?: Plaintext): boolean
}

function collection(runtime: Runtime): Collection {
  const { tf, upload, adopt, wipe } = runtime
  const tensors: NamedTensorMap = {}
  const all: Tensor[] = []
  const held: Plaintext[] = []
  return {
    runtime,
    tensors,
    add(name, make, plaintext) {
      // Whichever session runs meanwhile must neither take it for its own nor have another engine active.
      activate(runtime)
      const tensor = spare(tf, make())
      all.push(tensor)
      tensors[name] = tensor
      if (plaintext?.address !== undefined && adopt?.(tensor, plaintext.address)) {
        held.push(plaintext)
        return true
      }
      upload(tensor)
      return false
    },
    release() {
      for (const tensor of all.splice(0)) {
        if (!tensor.isDisposed) wipe(tensor)
        tensor.dispose()
      }
      for (const plaintext of held.splice(0)) plaintext.close()
    },
  }
}

async function readNumbers(
  weights: Collection,
  host: Host,
  reader: PartReader,
  spec: io.WeightsManifestEntry,
): Promise<void> {
  const { tf } = weights.runtime
  const { name, shape, dtype } = spec
  const plaintext = await readElements(tf.util.sizeFromShape(shape), host, reader, spec)
  let isInUse = false
  try {
    const elements = asElements(plaintext.bytes, dtype)
    isInUse = elements
      ? weights.add(name, () => tf.tensor(elements, shape, dtype), plaintext)
      : weights.add(name, () => decode(tf, plaintext.bytes, spec))
  } finally {
    if (!isInUse) plaintext.close()
  }
}

/** The elements of a weight as TensorFlow.js computes with them. */
async function readElements(
  count: number,
  host: Host,
  reader: PartReader,
  { dtype, quantization }: io.WeightsManifestEntry,
): Promise<Plaintext> {
  const expand = quantization && expandOf(quantization, dtype)
  const byteLength = count * bytesPerElement(quantization?.dtype ?? dtype)
  reader.expect(byteLength)
  const stored = host.allocate(byteLength)
  let elements = stored
  try {
    await reader.fill(stored.bytes)
    if (expand) {
      elements = host.allocate(count * bytesPerElement(dtype))
      expand(stored.bytes, elements.bytes)
      stored.close()
    }
    return elements
  } catch (error) {
    stored.close()
    elements.close()
    throw error
  }
}

/** The bytes as TensorFlow.js takes them; `undefined` where it takes them another way. */
function asElements(bytes: Uint8Array, dtype: string): Float32Array | Int32Array | Uint8Array | undefined {
  const { buffer, byteOffset, byteLength } = bytes
  if (dtype === "float32") return new Float32Array(buffer, byteOffset, byteLength / 4)
  if (dtype === "int32") return new Int32Array(buffer, byteOffset, byteLength / 4)
  return dtype === "bool" ? bytes : undefined
}

/** Complex numbers. */
function decode(tf: Runtime["tf"], bytes: Uint8Array, spec: io.WeightsManifestEntry): Tensor {
  const copy = bytes.slice()
  const decoded = tf.io.decodeWeights(copy.buffer, [spec])[spec.name]
  copy.fill(0)
  return decoded as Tensor
}

/** DTYPE_VALUE_SIZE_MAP of tfjs-core, src/io/types.ts. */
const elementBytes: ReadonlyMap<string, number> = new Map([
  ...(["float32", "int32"] as const).map((type) => [type, 4] as const),
  ...(["uint16", "float16"] as const).map((type) => [type, 2] as const),
  ...(["uint8", "bool"] as const).map((type) => [type, 1] as const),
  ["complex64", 8],
])

function bytesPerElement(stored: string): number {
  const size = elementBytes.get(stored)
  if (size === undefined) throw new TypeError(`Weights of type ${stored} aren't known.`)
  return size
}

async function readStrings(
  weights: Collection,
  reader: PartReader,
  { name, shape }: io.WeightsManifestEntry,
): Promise<void> {
  const { tf } = weights.runtime
  const values: Uint8Array[] = []
  for (let left = tf.util.sizeFromShape(shape); left > 0; left--) {
    const length = new Uint8Array(4)
    await reader.fill(length)
    const byteLength = new DataView(length.buffer).getUint32(0, true)
    reader.expect(byteLength)
    const value = new Uint8Array(byteLength)
    await reader.fill(value)
    values.push(value)
  }
  weights.add(name, () => tf.tensor(values, [...shape], "string"))
}
