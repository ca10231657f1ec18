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

/** A tensor's metadata: its elements are the frame's block of that index, strings as JSON in UTF-8. */
const wireTensor = fields({ name: text, type: elementOrString, shape: list(natural), block: natural })
const wireKept = fields({ name: text, kept: natural })

/** Named tensors, and outputs kept in the engine. */
export const wireValues = list(either(wireTensor, wireKept))
export type WireValues = Checked<typeof wireValues>

/** An output that stays in the engine, by the number that the vault gave it. */
export interface KeptNumber {
  readonly kept: number
}

type Values = { readonly [name: string]: RawTensor | KeptNumber }

/** Metadata for `values`, and their bytes: views of the tensors' own data, not copies. */
export function packValues(values: Values): { values: WireValues; blocks: readonly Uint8Array[] } {
  const blocks: Uint8Array[] = []
  const packed = Object.entries(values).map(([name, value]) => {
    if ("kept" in value) return { name, kept: value.kept }
    blocks.push(value.type === "string" ? new TextEncoder().encode(JSON.stringify(value.data)) : value.data)
    return { name, type: value.type, shape: value.shape, block: blocks.length - 1 }
  })
  return { values: packed, blocks }
}

/** The way back. Tensors are views of the whole of their blocks. */
export function unpackValues(values: WireValues, blocks: readonly ArrayBuffer[]): Values {
  return Object.fromEntries(
    values.map((value): [string, RawTensor | KeptNumber] => {
      if ("kept" in value) return [value.name, { kept: value.kept }]
      const { name, type, shape } = value
      const data = new Uint8Array(blockOf(blocks, value.block))
      return [name, type === "string" ? { type, shape, data: strings(data) } : { type, shape, data }]
    }),
  )
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
