import { BinaryReader, WireType } from "@bufbuild/protobuf/wire"
import { limits } from "./limits.js"
import { malformed } from "./malformed.js"

/** One field of a message. Reading it otherwise than as what it is, is malformed; what isn't read is skipped. */
export interface Field {
  readonly number: number
  /** int32 and int64. */
  int(): bigint
  float(): number
  /** A view. */
  bytes(): Uint8Array
  text(): string
  /** Of a repeated field of numbers: the encoded elements that are here, all of them or one. A view. */
  elements(): Uint8Array
}

/** What all messages of a model share: how much of it was read. */
export interface Budget {
  fields: number
  objects: number
  densified: number
}

export const newBudget = (): Budget => ({ fields: 0, objects: 0, densified: 0 })

export function spendFields(budget: Budget, count: number): void {
  budget.fields += count
  if (budget.fields > limits.mostFields) throw malformed(`it has more than ${limits.mostFields} fields`)
}

/** For every node, attribute, tensor, input and output: each takes some hundred bytes of memory, and few of a file. */
export function spendObject(budget: Budget): void {
  budget.objects += 1
  if (budget.objects > limits.mostObjects) {
    throw malformed(`it has more than ${limits.mostObjects} nodes, attributes, tensors, inputs and outputs`)
  }
}

/**
 * Calls `visit` for every field of a message in order.
 *
 * @throws StrongroomError `backend-failed` for bytes that aren't a message.
 */
export function walk(message: Uint8Array, budget: Budget, visit: (field: Field) => void): void {
  const reader = new BinaryReader(message)
  let number = 0
  let wire = WireType.Varint
  let unread = false

  function read<T>(expected: WireType, operation: () => T): T {
    if (wire !== expected) throw malformed("a field isn't of the type that ONNX gives it")
    unread = false
    return attempt(operation)
  }
  const field: Field = {
    get number() {
      return number
    },
    int: () => read(WireType.Varint, () => BigInt(reader.int64())),
    float: () => read(WireType.Bit32, () => reader.float()),
    bytes: () => read(WireType.LengthDelimited, () => reader.bytes()),
    text: () => utf8(read(WireType.LengthDelimited, () => reader.bytes())),
    elements() {
      if (wire === WireType.LengthDelimited) return field.bytes()
      return read(wire, () => reader.skip(wire))
    },
  }
  while (reader.pos < reader.len) {
    ;[number, wire] = attempt(() => reader.tag())
    // ONNX has none, and the library takes their end for a field's.
    if (wire === WireType.StartGroup || wire === WireType.EndGroup) throw malformed("it has groups of protobuf 1")
    spendFields(budget, 1)
    unread = true
    visit(field)
    if (unread) attempt(() => reader.skip(wire))
  }
}

/** Reads by the library, whose errors are of many classes, and say where in the bytes. */
export function attempt<T>(operation: () => T): T {
  try {
    return operation()
  } catch {
    throw malformed("its bytes aren't protobuf's, or are cut off")
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

function utf8(bytes: Uint8Array): string {
  const text = utf8OrNone(bytes)
  if (text === undefined) throw malformed("a text isn't UTF-8")
  return text
}

export function utf8OrNone(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** A message that may be there once: protobuf would merge two, which nobody writes. */
export function onlyOne(before: Uint8Array | undefined, field: Field): Uint8Array {
  if (before !== undefined) throw malformed("a message that may be there once is there twice")
  return field.bytes()
}
