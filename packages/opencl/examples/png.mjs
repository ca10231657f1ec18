import { writeFileSync } from "node:fs"
import { crc32, deflateSync } from "node:zlib"

/**
 * Writes a picture as a PNG file (ISO/IEC 15948: 8 bits a channel, colour type 6).
 *
 * @param {string} path
 * @param {Uint8Array} pixels red, green, blue and alpha of each, row by row
 * @param {number} width pixels of a row
 */
export function writePng(path, pixels, width) {
  const height = pixels.length / (4 * width)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6], 8)
  // Each row begins with the number of its filter: 0, none.
  const rows = Buffer.alloc(height * (1 + 4 * width))
  for (let row = 0; row < height; row += 1) {
    rows.set(pixels.subarray(row * 4 * width, (row + 1) * 4 * width), row * (1 + 4 * width) + 1)
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]
  writeFileSync(path, Buffer.concat([signature, ...chunks]))
}

/** Length, name, content, checksum of the last two. */
function chunk(name, content) {
  const bytes = Buffer.alloc(12 + content.length)
  bytes.writeUInt32BE(content.length, 0)
  bytes.write(name, 4, "latin1")
  bytes.set(content, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length)
  return bytes
}
