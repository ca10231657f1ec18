import { randomUUID } from "node:crypto"
import { type FileHandle, open, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Host, Plaintext } from "@strongroom/core/backend"

/** A file that ONNX Runtime writes, and that has a model in the clear until it is kept or removed. */
export interface OptimisedFile {
  readonly path: string
  /** Keeps what is in it, and removes it. Never rejects: what isn't kept is made again. */
  keep(): Promise<void>
  /** Overwrites and removes it, if it is there. */
  remove(): Promise<void>
}

/** A file that isn't there yet, in a folder of this session's own. */
export function optimisedFile(directory: string, host: Host, put: (bytes: Uint8Array) => Promise<void>): OptimisedFile {
  const path = join(directory, `optimised-${randomUUID()}.onnx`)
  const remove = () => overwriteAndRemove(path)
  return {
    path,
    remove,
    async keep() {
      let plaintext: Plaintext | undefined
      try {
        plaintext = await contents(path, host)
        await put(plaintext.bytes)
      } catch {
        host.observe("cache.policy", { optimisedModel: "not kept" })
      } finally {
        plaintext?.close()
        await remove()
      }
    },
  }
}

async function contents(path: string, host: Host): Promise<Plaintext> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const plaintext = host.allocate(size)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(plaintext.bytes, at, size - at, at)
      if (bytesRead === 0) throw new Error("The file has become shorter.")
      at += bytesRead
    }
    return plaintext
  } finally {
    await file.close()
  }
}

const zeros = new Uint8Array(2 ** 18)

/** Zeros first: the memory of a file that is removed is given back as it is. */
async function overwriteAndRemove(path: string): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(path, "r+")
    const { size } = await file.stat()
    for (let at = 0; at < size; at += zeros.length) await file.write(zeros, 0, Math.min(zeros.length, size - at), at)
  } catch {
    // It was never written.
  } finally {
    await file?.close().catch(() => {})
    await rm(path, { force: true }).catch(() => {})
  }
}
