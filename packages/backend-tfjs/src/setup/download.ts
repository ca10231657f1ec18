import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import { httpSource } from "@strongroom/core"
import { StrongroomError } from "@strongroom/core/backend"
import { findWheel } from "./package-index.js"
import type { Wheel } from "./pins.js"

/** What is asked for at once, and lost at most when a download is interrupted. */
const pieceLength = 2 ** 24

/**
 * Puts a wheel at `path`, in a folder that exists, unless it is there. What an interrupted download has brought lies beside
 * it and is gone on with. `progress` is told how many bytes there are.
 *
 * @throws StrongroomError `source-changed` for other bytes than the pinned ones, which are removed; and what
 * {@link findWheel} and `httpSource` throw.
 */
export async function downloadWheel(
  wheel: Wheel,
  path: string,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<void> {
  if ((await digestOf(path)) === wheel.sha256) return
  const partial = `${path}.partial`
  // Nobody else may change it between the look at its digest and the unpacking, whatever the umask leaves.
  const file = await open(partial, "a+", 0o600)
  try {
    // What an older release began, too.
    await file.chmod(0o600)
    await fetchRest(wheel, file, signal, progress)
  } finally {
    await file.close()
  }
  const found = await digestOf(partial)
  if (found !== wheel.sha256) {
    await rm(partial)
    throw new StrongroomError(
      "source-changed",
      `What came as ${wheel.file} has the SHA-256 ${found}, not ${wheel.sha256}. It is removed: try again, or another index.`,
    )
  }
  await rename(partial, path)
}

async function fetchRest(
  wheel: Wheel,
  file: FileHandle,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<void> {
  let { size: done } = await file.stat()
  if (done >= wheel.byteLength) return
  const { url, headers } = await findWheel(wheel, signal)
  const source = httpSource(url, { headers })
  try {
    const length = await source.byteLength(signal)
    if (length !== wheel.byteLength) {
      throw new StrongroomError("source-changed", `${wheel.file} has ${length} bytes there, not ${wheel.byteLength}.`)
    }
    const piece = Buffer.alloc(pieceLength)
    while (done < length) {
      const target = piece.subarray(0, Math.min(pieceLength, length - done))
      await source.read(done, target, signal)
      await file.appendFile(target)
      done += target.length
      progress(done)
    }
  } finally {
    await source.close()
  }
}

/** SHA-256 in hex; `undefined` where there is no file. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256")
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest("hex")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
