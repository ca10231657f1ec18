import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

/** One field of a message that is taken apart. */
export interface RawField {
  readonly number: number
  readonly wire: WireType
  /** What is behind the tag; without the length, where there is one. */
  readonly content: Uint8Array
}

/** Takes a sound message apart. Contents are views. */
export function fieldsOf(message: Uint8Array): RawField[] {
  const reader = new BinaryReader(message)
  const fields: RawField[] = []
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const content = wire === WireType.LengthDelimited ? reader.bytes() : reader.skip(wire)
    fields.push({ number, wire, content })
  }
  return fields
}

/** The message of these fields, sound or not. */
export function messageOf(fields: readonly RawField[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const { number, wire, content } of fields) {
    writer.uint32(((number << 3) | wire) >>> 0)
    if (wire === WireType.LengthDelimited) writer.bytes(content)
    else writer.raw(content)
  }
  return writer.finish()
}
