import type { ElementType, EngineKept, RawTensor, TensorSpec } from "../backend.js"
import { elementCount, tensorByteLength } from "../element-type.js"
import { contractBroken } from "./failure.js"
import { closeQuietly } from "./kept.js"
import { claim } from "./plaintext.js"

/** What an engine's run gave, before anything of it is believed. */
export type EngineOutputs = { readonly [output: string]: RawTensor | EngineKept }

/** Memory that one run hands out for its outputs. */
export interface OutputMemory {
  allocate(type: ElementType, shape: readonly number[]): Uint8Array
  /** True, once, for bytes that are a whole piece of this memory: they need no copy. */
  take(bytes: Uint8Array): boolean
  /** The same bytes in a whole piece of this memory. */
  copy(bytes: Uint8Array): Uint8Array
}

const fresh = (byteLength: number) => new Uint8Array(byteLength)

/** @param source gives a whole buffer of a length; by default a new one. */
export function outputMemory(source: (byteLength: number) => Uint8Array = fresh): OutputMemory {
  const pieces = new Set<ArrayBufferLike>()
  const whole = (byteLength: number) => claim(source, byteLength)
  return {
    allocate(type, shape) {
      const bytes = whole(tensorByteLength(type, shape))
      pieces.add(bytes.buffer)
      return bytes
    },
    copy(bytes) {
      const copy = whole(bytes.length)
      copy.set(bytes)
      return copy
    },
    take: (bytes) => bytes.byteLength === bytes.buffer.byteLength && pieces.delete(bytes.buffer),
  }
}

/**
 * Holds what an engine returned against what was asked: each output, no other, of its type, rank and length, kept where
 * it was to be kept. Tensors are copied out of the engine's memory unless they lie in `memory`. Names no name.
 *
 * @throws StrongroomError `backend-failed`.
 */
export function checkOutputs(
  given: EngineOutputs,
  specs: readonly TensorSpec[],
  keep: ReadonlySet<string>,
  memory: OutputMemory,
): (RawTensor | EngineKept)[] {
  if (typeof given !== "object" || given === null) throw contractBroken("a run gives an object of outputs")
  if (Object.keys(given).length !== specs.length || specs.some(({ name }) => !Object.hasOwn(given, name))) {
    throw contractBroken(`a run gives the ${specs.length} outputs asked for and no others`)
  }
  return specs.map((spec) => {
    const value = given[spec.name]
    if (typeof value !== "object" || value === null) throw contractBroken("an output is a tensor or a kept output")
    if (isKept(value) !== keep.has(spec.name))
      throw contractBroken("outputs are kept where that is asked, and only there")
    return isKept(value) ? value : detach(spec, value, memory)
  })
}

/** Frees what a run kept that nobody will get. */
export function closeKept(given: unknown): void {
  if (typeof given !== "object" || given === null) return
  for (const value of Object.values(given)) if (isKept(value)) closeQuietly(value)
}

function isKept(value: unknown): value is EngineKept {
  return typeof value === "object" && value !== null && "kept" in value && "close" in value
}

function detach(spec: TensorSpec, raw: RawTensor, memory: OutputMemory): RawTensor {
  const { type, data } = raw
  if (type !== spec.type) throw contractBroken(`an output is of type ${spec.type}, not ${String(type)}`)
  const count = countOf(raw.shape)
  if (raw.shape.length !== spec.shape.length) {
    throw contractBroken(`an output has ${spec.shape.length} dimensions, not ${raw.shape.length}`)
  }
  const shape = [...raw.shape]
  if (type === "string") {
    const sound = Array.isArray(data) && data.length === count && data.every((value) => typeof value === "string")
    if (!sound) throw contractBroken("a string output has one string an element")
    return { type, shape, data: [...data] }
  }
  if (!(data instanceof Uint8Array)) throw contractBroken("an output's data is a Uint8Array")
  const expected = tensorByteLength(type, shape)
  if (data.byteLength !== expected)
    throw contractBroken(`an output of its shape has ${expected} bytes, not ${data.byteLength}`)
  return { type, shape, data: memory.take(data) ? data : memory.copy(data) }
}

function countOf(shape: readonly number[]): number {
  try {
    return elementCount(shape)
  } catch {
    throw contractBroken("an output's shape is an array of integers from 0")
  }
}
