import type { Source } from "../source/source.js"

/**
 * One field of a message, in protobuf's wire format (protobuf.dev/programming-guides/encoding). What is as long as its
 * length says lies at `start` to `end` of the source; a varint is in `value`.
 */
export interface Field {
  readonly number: number
  readonly wire: "varint" | "fixed64" | "bytes" | "fixed32"
  /** A varint as int64, two's complement. Above 2^53 - 1 it is not exact, and no safe integer. 0 for other wires. */
  readonly value: number
  readonly start: number
  readonly end: number
}

/** Bytes `start` to `end` of a source: a message. */
export interface Range {
  readonly start: number
  readonly end: number
}

const windowLength = 65_536
// A tag and a length or value: at most 5 and 10 bytes.
const longestHead = 15
// A model of 100,000 nodes has some three million fields.
const mostFields = 2 ** 24

/** Reads messages of any size from a source in bounded memory: what isn't asked for is skipped and never read. */
export interface ProtobufReader {
  readonly byteLength: number
  /**
   * Calls `visit` for every field of a message in order, one after the other.
   *
   * @throws StrongroomError `import-failed` for bytes that aren't a message.
   */
  walk(range: Range, visit: (field: Field) => Promise<void> | undefined): Promise<void>
  /**
   * The text of a field.
   *
   * @throws StrongroomError `import-failed` when it isn't UTF-8 of at most `mostBytes` bytes.
   */
  text(field: Field, mostBytes: number): Promise<string>
  /** A field of varints, packed or not. At most `most` of them. */
  varints(field: Field, most: number): Promise<readonly number[]>
}

/** Throws a StrongroomError `import-failed` always: the bytes aren't what they should be. */
export type Malformed = (problem: string) => never

/** A reader over the whole of `source`, which says by `malformed` what is wrong with it. */
export async function protobufReader(
  source: Source,
  malformed: Malformed,
  signal?: AbortSignal,
): Promise<ProtobufReader> {
  const byteLength = await source.byteLength(signal)
  const memory = new Uint8Array(Math.min(windowLength, byteLength))
  let windowStart = 0
  let windowEnd = 0
  let fields = 0

  const holds = (start: number, end: number) => start >= windowStart && end <= windowEnd

  async function load(start: number): Promise<void> {
    const length = Math.min(memory.length, byteLength - start)
    // Nothing is held while the read may still fail.
    windowEnd = windowStart
    await source.read(start, memory.subarray(0, length), signal)
    windowStart = start
    windowEnd = start + length
  }

  async function bytes(range: Range): Promise<Uint8Array> {
    if (range.end - range.start > memory.length) malformed("a text is too long")
    if (!holds(range.start, range.end)) await load(range.start)
    return memory.subarray(range.start - windowStart, range.end - windowStart)
  }

  /** The field at `position` of a message that ends at `end`; the window holds its head. */
  function fieldAt(position: number, end: number): Field {
    if (++fields > mostFields) malformed(`it has more than ${mostFields} fields`)
    const last = Math.min(end, windowEnd) - windowStart
    const tag = readVarint(memory, position - windowStart, last, malformed)
    const number = Math.floor(tag.value / 8)
    if (number < 1 || number >= 2 ** 29) malformed("a field has no valid number")
    const after = windowStart + tag.end
    switch (tag.value % 8) {
      case 0: {
        const { value, end: valueEnd } = readVarint(memory, tag.end, last, malformed)
        return { number, wire: "varint", value, start: after, end: windowStart + valueEnd }
      }
      case 1:
        return checked({ number, wire: "fixed64", value: 0, start: after, end: after + 8 }, end)
      case 2: {
        const { value: length, end: lengthEnd } = readVarint(memory, tag.end, last, malformed)
        const start = windowStart + lengthEnd
        if (length < 0) malformed("a field is longer than what it is in")
        return checked({ number, wire: "bytes", value: 0, start, end: start + length }, end)
      }
      case 5:
        return checked({ number, wire: "fixed32", value: 0, start: after, end: after + 4 }, end)
      default:
        return malformed("a field has a wire type that models don't use")
    }
  }

  function checked(field: Field, end: number): Field {
    if (field.end > end) malformed("a field is longer than what it is in")
    return field
  }

  return {
    byteLength,
    async walk({ start, end }, visit) {
      let position = start
      while (position < end) {
        if (!holds(position, Math.min(position + longestHead, end))) await load(position)
        const field = fieldAt(position, end)
        // Most fields need no waiting, and a model has many.
        const visiting = visit(field)
        if (visiting !== undefined) await visiting
        position = field.end
      }
    },
    async text(field, mostBytes) {
      if (field.wire !== "bytes") malformed("a text is a number")
      if (field.end - field.start > mostBytes) malformed(`a text is longer than ${mostBytes} bytes`)
      const encoded = await bytes(field)
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoded)
      } catch {
        return malformed("a text isn't UTF-8")
      }
    },
    async varints(field, most) {
      if (field.wire === "varint") return [field.value]
      if (field.wire !== "bytes" || field.end - field.start > most * 10) malformed("a list of numbers is too long")
      const packed = await bytes(field)
      const values: number[] = []
      for (let at = 0; at < packed.length; ) {
        const { value, end } = readVarint(packed, at, packed.length, malformed)
        values.push(value)
        at = end
      }
      if (values.length > most) malformed("a list of numbers is too long")
      return values
    },
  }
}

/** What importers ask of fields that hold messages. */
export function fieldChecks(malformed: Malformed) {
  /** A field that must hold bytes: a message. */
  function bytesOf(field: Field): Field {
    if (field.wire !== "bytes") malformed("a message is a number")
    return field
  }

  /** Protobuf would merge a message that is given twice; nobody writes that, so it is refused. */
  function onlyOne(before: Range | undefined, field: Field): Range {
    if (before !== undefined) malformed("a message that may be there once is there twice")
    return bytesOf(field)
  }

  return { bytesOf, onlyOne }
}

type Varint = { readonly value: number; readonly end: number }

/** A varint of at most ten bytes, as int64. */
function readVarint(memory: Uint8Array, start: number, end: number, malformed: Malformed): Varint {
  let value = 0
  let scale = 1
  for (let at = start; at < end && at < start + 7; at++) {
    const byte = memory[at] as number
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: at + 1 }
    scale *= 128
  }
  return readLongVarint(memory, start, end, malformed)
}

/** As {@link readVarint}, for those of more than 49 bits, which a sum of doubles doesn't hold. */
function readLongVarint(memory: Uint8Array, start: number, end: number, malformed: Malformed): Varint {
  let value = 0n
  for (let at = start; at < end && at < start + 10; at++) {
    const byte = memory[at] as number
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start))
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), end: at + 1 }
  }
  return malformed("a number is cut off or longer than 64 bits")
}
