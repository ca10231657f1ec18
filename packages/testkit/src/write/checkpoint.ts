import { bytesField, concat, integerField, varint } from "./protobuf.js"

/** One variable of a checkpoint, little-endian. */
export interface CheckpointTensor {
  readonly name: string
  /** TensorFlow's DataType. */
  readonly dataType: number
  /** TensorShapeProto. */
  readonly shape: Uint8Array
  readonly bytes: Uint8Array
}

/** The files of a checkpoint of one shard, as TensorFlow's `BundleReader` takes them (util/tensor_bundle). */
export function checkpointFiles(tensors: readonly CheckpointTensor[]): { index: Uint8Array; data: Uint8Array } {
  const sorted = [...tensors].sort((left, right) => (left.name < right.name ? -1 : 1))
  let offset = 0
  const entries = sorted.map(({ name, dataType, shape, bytes }): Entry => {
    // BundleEntryProto: dtype = 1, shape = 2, offset = 4, size = 5, crc32c = 6 (fixed32).
    const fields = [integerField(1, dataType), bytesField(2, shape), integerField(4, offset)]
    const checksum = concat(varint(6 * 8 + 5), fixed32(maskedChecksum(bytes)))
    offset += bytes.byteLength
    return [name, concat(...fields, integerField(5, bytes.byteLength), checksum)]
  })
  // BundleHeaderProto: num_shards = 1, version = 3 (producer = 1).
  const header = concat(integerField(1, 1), bytesField(3, integerField(1, 1)))
  return { index: table([["", header], ...entries]), data: concat(...sorted.map(({ bytes }) => bytes)) }
}

type Entry = readonly [key: string, value: Uint8Array]

/** A sorted table in LevelDB's format (lib/io/format.cc), with one block of data, uncompressed. */
function table(entries: readonly Entry[]): Uint8Array {
  const data = block(entries)
  const meta = block([])
  const index = block([[entries.at(-1)?.[0] ?? "", handle(0, data)]])
  const footer = new Uint8Array(48)
  const handles = concat(handle(data.byteLength, meta), handle(data.byteLength + meta.byteLength, index))
  footer.set(handles)
  footer.set(concat(fixed32(0x8b80fb57), fixed32(0xdb477524)), 40)
  return concat(data, meta, index, footer)
}

const trailerLength = 5

/** Where a block begins, and its length without the trailer. */
const handle = (offset: number, whole: Uint8Array) => concat(varint(offset), varint(whole.byteLength - trailerLength))

/** Entries that share nothing with those before; one place to start from; the kind of compression, and a checksum. */
function block(entries: readonly Entry[]): Uint8Array {
  const written = entries.map(([key, value]) => {
    const name = new TextEncoder().encode(key)
    return concat(varint(0), varint(name.byteLength), varint(value.byteLength), name, value)
  })
  const content = concat(...written, fixed32(0), fixed32(1), Uint8Array.of(0))
  return concat(content, fixed32(maskedChecksum(content)))
}

function fixed32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

/** CRC-32C, rotated and shifted as LevelDB stores it, since checksums of data with checksums in it collide (lib/hash/crc32c.h). */
function maskedChecksum(bytes: Uint8Array): number {
  let state = 0xffffffff
  for (const byte of bytes) state = (state >>> 8) ^ (remainders[(state ^ byte) & 0xff] as number)
  const checksum = (state ^ 0xffffffff) >>> 0
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
}

/** Of every byte, by Castagnoli's polynomial. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0)
  return remainder
})
