import type { Source } from "@strongroom/core"
import { fileSource } from "@strongroom/core/node"

/** More than any key, keyring, grant or identity file has. A longer file is read so far, and then isn't one. */
const mostBytes = 1024 * 1024

/** @throws StrongroomError `source-missing`; `source-unreadable` for what isn't a file, such as a pipe. */
export function readSmallFile(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  return readSmall(fileSource(path), signal)
}

/** The same of a source, which it closes. */
export async function readSmall(
  source: Source,
  signal?: AbortSignal,
  allocate = (byteLength: number): Uint8Array => new Uint8Array(byteLength),
): Promise<Uint8Array> {
  try {
    const bytes = allocate(Math.min(await source.byteLength(signal), mostBytes))
    await source.read(0, bytes, signal)
    return bytes
  } finally {
    await source.close()
  }
}
