import { StrongroomError } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"

/** Keys, identities, grants and policies are small. More than this is some other file. */
const mostSmallBytes = 1 << 20

/**
 * Reads a whole small file: a key, a grant, an identity. Only a regular file: opening a pipe would wait for its writer,
 * and then nothing could interrupt this program.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function readSmallFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readAtMost(path, mostSmallBytes, signal)
}

/** As {@link readSmallFile}, a tensor's elements: up to 2 GiB. */
export async function readTensorFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readAtMost(path, 2 ** 31, signal)
}

/** As {@link readSmallFile}, as UTF-8 text. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await readSmallFile(path, signal))
}

async function readAtMost(path: string, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const source = fileSource(path)
  try {
    const byteLength = await source.byteLength(signal)
    if (byteLength > most) {
      throw new StrongroomError("source-unreadable", `${path} is larger than any such file: more than ${most} bytes.`)
    }
    const bytes = new Uint8Array(byteLength)
    await source.read(0, bytes, signal)
    return bytes
  } finally {
    await source.close()
  }
}
