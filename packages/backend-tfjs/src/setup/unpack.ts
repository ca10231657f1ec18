import { createWriteStream } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
// Reads one entry at a time as a stream, and checks names and lengths: wheels have a gigabyte and more.
import yauzl from "yauzl"

/**
 * Writes some files of a ZIP archive. `placeOf` gives each entry's path, or `undefined` for what isn't wanted; `progress` is
 * told how far the archive has been gone through, in its bytes.
 */
export async function unpack(
  archive: string,
  placeOf: (name: string) => string | undefined,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<void> {
  const zip = await yauzl.openPromise(archive)
  let done = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const path = placeOf(entry.fileName)
      if (path !== undefined) {
        await mkdir(dirname(path), { recursive: true })
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode: modeOf(entry) }), {
          signal,
        })
      }
      done += entry.compressedSize
      progress(done)
    }
  } catch (error) {
    // Streams say only that they were stopped.
    signal.throwIfAborted()
    throw error
  } finally {
    zip.close()
  }
}

/** Whether it may be executed, as archives from Unix say: in the upper half of the external attributes. */
function modeOf({ externalFileAttributes }: yauzl.Entry): number {
  return (externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644
}
