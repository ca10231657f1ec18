import { deflateRawSync } from "node:zlib"

/** A zip archive with one deflated entry (APPNOTE.TXT, 4.3). */
export function zipOf(name: string, content: Uint8Array): Buffer {
  const [packed, label] = [deflateRawSync(content), Buffer.from(name)]
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(crc32Of(content), 10)
  common.writeUInt32LE(packed.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(label.length, 22)
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, label, packed])
  const directory = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, Buffer.alloc(14), label])
  const end = Buffer.alloc(22)
  end.write("PK\x05\x06", "latin1")
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, directory, end])
}

/** ISO 3309, as zip and gzip have it; zlib.crc32 is of Node 22. */
export function crc32Of(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
