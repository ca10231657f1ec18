import { type ErrorCode, StrongroomError } from "@strongroom/vault"
import type { Reader } from "./reader.js"

/**
 * What a picture in order can fail with once the vault's process or a session's thread has ended, and on every picture
 * after it. An engine that failed on one picture only says the same: then opening anew was not needed, and does no harm.
 */
const lost: readonly ErrorCode[] = [
  "vault-exited",
  "vault-closed",
  "session-closed",
  "backend-failed",
  "out-of-memory",
  "channel-invalid",
]

/**
 * A reader that outlives its vault: when the vault's process or a session in it ends (out of memory, killed), what was
 * being read fails, and the next call opens another vault.
 */
export function lastingReader(first: Reader, open: () => Promise<Reader>): Reader {
  let current: Promise<Reader> | undefined = Promise.resolve(first)

  async function use<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    current ??= open()
    const used = current
    let reader: Reader | undefined
    try {
      reader = await used
      return await call(reader)
    } catch (error) {
      const gone = reader === undefined || (StrongroomError.is(error) && lost.includes(error.code))
      if (gone && used === current) {
        current = undefined
        await reader?.close()
      }
      throw error
    }
  }

  return {
    read: (file, signal) => use((reader) => reader.read(file, signal)),
    report: () => use((reader) => reader.report()),
    close: async () => (await current)?.close(),
  }
}
