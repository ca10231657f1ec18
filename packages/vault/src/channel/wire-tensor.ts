import type { RawTensor } from "@strongroom/core/backend"
import { type Checked, either, fields, list, literal, natural, text } from "./check.js"
import { channelInvalid } from "./wire-error.js"

const elementType = literal(
  ...(["float16", "float32", "float64", "bfloat16", "bool"] as const),
  ...(["int4", "int8", "int16", "int32", "int64", "uint4", "uint8", "uint16", "uint32", "uint64"] as const),
)
const elementOrString = either(elementType, literal("string"))

/** What a model says of an input or output. */
export const wireSpec = fields({ name: text, type: elementOrString, shape: list(either(natural, text)) })

/** Tensors of fewer bytes stay in frames: they cross faster so. See docs/decisions/0006-how-tensors-cross.md. */
export const leastSharedBytes = 16 * 1024

/** The most that one session shares: what doesn't fit goes in frames. */
export const mostSharedBytes = 2 ** 30

/** A piece of the memory that app and vault share. */
export const wireRange = fields({ at: natural, byteLength: natural })
export type WireRange = Checked<typeof wireRange>

/** A tensor's metadata: its elements are the frame's block of that index, strings as JSON in UTF-8. */
const wireTensor = fields({ name: text, type: elementOrString, shape: list(natural), block: natural })
/** One whose elements are in shared memory. */
const wireShared = fields({ name: text, type: elementType, shape: list(natural), at: natural, byteLength: natural })
const wireKept = fields({ name: text, kept: natural })

/** Named tensors, and outputs kept in the engine. */
export const wireValues = list(either(wireTensor, wireShared, wireKept))
export type WireValues = Checked<typeof wireValues>

/** An output that stays in the engine, by the number that the vault gave it. */
export interface KeptNumber {
  readonly kept: number
}

type Values = { readonly [name: string]: RawTensor | KeptNumber }
type Numeric = Exclude<RawTensor, { readonly type: "string" }>

/**
 * Metadata for `values`, and their bytes: views of the tensors' own data, not copies.
 *
 * @param share puts a tensor's elements into shared memory and says where; `undefined`: they go into the frame.
 */
export function packValues(
  values: Values,
  share: (bytes: Uint8Array) => WireRange | undefined = () => undefined,
): { values: WireValues; blocks: readonly Uint8Array[] } {
  const blocks: Uint8Array[] = []
  const packed = Object.entries(values).map(([name, value]) => {
    if ("kept" in value) return { name, kept: value.kept }
    const { type, shape } = value
    const range = type === "string" ? undefined : share(value.data)
    if (range) return { name, type, shape, ...range }
    blocks.push(type === "string" ? new TextEncoder().encode(JSON.stringify(value.data)) : value.data)
    return { name, type, shape, block: blocks.length - 1 }
  }) as WireValues
  return { values: packed, blocks }
}

/**
 * The way back. Tensors are views of the whole of their blocks.
 *
 * @param shared gives the elements that are in shared memory.
 */
export function unpackValues(
  values: WireValues,
  blocks: readonly ArrayBuffer[],
  shared: (type: Numeric["type"], range: WireRange) => Uint8Array = outOfRange,
): Values {
  return Object.fromEntries(
    values.map((value): [string, RawTensor | KeptNumber] => {
      if ("kept" in value) return [value.name, { kept: value.kept }]
      if ("at" in value) {
        const { name, type, shape } = value
        return [name, { type, shape, data: shared(type, value) }]
      }
      const { name, type, shape } = value
      const data = new Uint8Array(blockOf(blocks, value.block))
      return [name, type === "string" ? { type, shape, data: strings(data) } : { type, shape, data }]
    }),
  )
}

/** The piece of `memory` that the other side named. @throws `channel-invalid` if it has none such. */
export function rangeOf(memory: Uint8Array, { at, byteLength }: WireRange): Uint8Array {
  if (byteLength > memory.length || at > memory.length - byteLength) outOfRange()
  return memory.subarray(at, at + byteLength)
}

function outOfRange(): never {
  throw channelInvalid("A message refers to shared memory that isn't there")
}

/** The block of that index. @throws `channel-invalid` if the frame has none. */
export function blockOf(blocks: readonly ArrayBuffer[], index: number): ArrayBuffer {
  const block = blocks[index]
  if (block) return block
  throw channelInvalid(`A message refers to block ${index} of ${blocks.length}`)
}

function strings(bytes: Uint8Array): readonly string[] {
  try {
    const values: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (list(text)(values)) return values
  } catch {
    // Said below.
  }
  throw channelInvalid("A message's block of strings holds something else")
}
