/**
 * The program that an audit runs first, to see whether it would find anything: it writes what it is given into a file, a
 * gzip file and a zip archive in its working directory, removes them at once, and holds it in memory until its standard
 * input ends.
 */
import { readSync, unlinkSync, writeFileSync, writeSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { crc32Of, zipOf } from "./zip.js"

const planted = Buffer.from(process.env.STRONGROOM_PLANTED ?? "", "base64")
// Not at the beginning of anything, and at no multiple of a window's length.
const content = Buffer.concat([Buffer.alloc(1013, 65), planted, Buffer.alloc(77, 66)])
const files = { "planted.bin": content, "planted.gz": gzipSync(content), "planted.zip": zipOf("planted.bin", content) }
for (const [name, bytes] of Object.entries(files)) {
  writeFileSync(name, bytes)
  unlinkSync(name)
}
writeSync(1, "r")
readSync(0, Buffer.alloc(1))
// It is in use until here.
if (crc32Of(content) === 0) writeSync(1, "!")
