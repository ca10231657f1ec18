import { WireType } from "@bufbuild/protobuf/wire"
import { concat } from "../../../../core/src/bytes.js"
import { varint } from "../../../../core/test/import-messages.js"
import { fieldsOf, messageOf, type RawField } from "./fields.js"
import { type MessageName, messageIn } from "./messages.js"

/** Numbers in [0, 1). */
export type Random = () => number

export const below = (random: Random, count: number) => Math.floor(random() * count)
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T

/**
 * A damaged copy of a sound model: mostly of one message in it, somewhere, with the lengths of those around it set right, so
 * that the damage isn't seen before it matters; sometimes of its bytes.
 */
export function mutate(model: Uint8Array, random: Random): Uint8Array {
  return random() < 0.2 ? mutateBytes(model, random) : mutateMessage("model", model, random)
}

/** The same of one message of onnx.proto. */
export function mutateMessage(name: MessageName, message: Uint8Array, random: Random): Uint8Array {
  const fields = fieldsOf(message)
  const nested = fields.flatMap((field, index) => {
    const inner = field.wire === WireType.LengthDelimited ? messageIn(name, field.number) : undefined
    return inner === undefined ? [] : [{ field, index, inner }]
  })
  if (nested.length > 0 && random() < 0.8) {
    const { field, index, inner } = pick(random, nested)
    return messageOf(fields.with(index, { ...field, content: mutateMessage(inner, field.content, random) }))
  }
  for (let times = 1 + below(random, 3); times > 0; times--) mutateFields(fields, random)
  return messageOf(fields)
}

/** In place. */
function mutateFields(fields: RawField[], random: Random): void {
  const index = below(random, fields.length)
  const field = fields[index]
  if (field === undefined || random() < 0.15) {
    fields.splice(index, 0, newField(random))
    return
  }
  const other = pick(random, fields)
  const changes: readonly (() => unknown)[] = [
    () => fields.splice(index, 1),
    () => fields.splice(below(random, fields.length + 1), 0, field),
    () => fields.splice(index, 1, other),
    () => {
      fields.splice(index, 1)
      fields.splice(below(random, fields.length + 1), 0, field)
    },
    () => fields.splice(index, 1, { ...field, number: 1 + below(random, 26) }),
    () => fields.splice(index, 1, { ...field, wire: pick(random, wires) }),
    () => fields.splice(index, 1, { ...field, content: other.content }),
    () => fields.splice(index, 1, { ...field, content: mutateContent(field, random) }),
    () => fields.splice(index, 1, { ...field, content: mutateContent(field, random) }),
  ]
  pick(random, changes)()
}

const wires = [WireType.Varint, WireType.Bit64, WireType.LengthDelimited, WireType.StartGroup, WireType.Bit32]

/** Numbers at which something ends, or that are none for most fields. */
export const numbers: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 15n, 16n, 22n, 23n, 127n, 128n, 255n, 256n, 65535n, 65536n],
  ...[-1n, -2n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 40n],
  ...[2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)],
]

function newField(random: Random): RawField {
  const number = 1 + below(random, 26)
  if (random() < 0.5) return { number, wire: WireType.Varint, content: varint(pick(random, numbers)) }
  const content = Uint8Array.from({ length: below(random, 9) }, () => below(random, 256))
  return { number, wire: WireType.LengthDelimited, content }
}

function mutateContent({ wire, content }: RawField, random: Random): Uint8Array {
  return wire === WireType.Varint ? varint(pick(random, numbers)) : mutateBytes(content, random)
}

function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = below(random, bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + below(random, random() < 0.5 ? 8 : 4096))
  const changes: readonly (() => Uint8Array)[] = [
    () => bytes.slice(0, at),
    () => concat(bytes.subarray(0, at), bytes.subarray(end)),
    () => concat(bytes.subarray(0, end), bytes.subarray(at)),
    () => concat(bytes.subarray(0, at), varint(pick(random, numbers)), bytes.subarray(at)),
    () => flipped(bytes, random),
  ]
  return pick(random, changes)()
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const at = below(random, copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8))
  }
  return copy
}
