import { open } from "node:fs/promises"
import { StrongroomError } from "@strongroom/core"

/** Keys, identities, grants and policies are small. More than this is some other file. */
const mostSmallBytes = 1 << 20

/**
 * Reads a whole small file: a key, a grant, an identity. Pipes and `/dev/fd/N` too, so that a shell can hand in a secret
 * that is no file.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function readSmallFile(path: string): Promise<Uint8Array> {
  return readAtMost(path, mostSmallBytes)
}

/** As {@link readSmallFile}, a tensor's elements: up to 2 GiB. */
export async function readTensorFile(path: string): Promise<Uint8Array> {
  return readAtMost(path, 2 ** 31)
}

async function readAtMost(path: string, most: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, "r")
    const pieces: Uint8Array[] = []
    let byteLength = 0
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1 << 16))
      if (bytesRead === 0) return Buffer.concat(pieces)
      byteLength += bytesRead
      if (byteLength > most) {
        throw new StrongroomError("source-unreadable", `${path} is larger than any such file: more than ${most} bytes.`)
      }
      pieces.push(buffer.subarray(0, bytesRead))
    }
  } catch (error) {
    throw readError(path, error)
  }
}

/** As {@link readSmallFile}, as UTF-8 text. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readSmallFile(path))
}

function readError(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error && !StrongroomError.is(error) ? String(error.code) : undefined
  if (code === undefined) return error
  if (code === "ENOENT") {
    return new StrongroomError("source-missing", `There is no file ${path}. Check the path.`, { cause: error })
  }
  const reason =
    code === "EISDIR"
      ? "is a directory, not a file"
      : code === "EACCES" || code === "EPERM"
        ? "may not be read: check its permissions"
        : `can't be read (${code})`
  return new StrongroomError("source-unreadable", `${path} ${reason}.`, { cause: error })
}
