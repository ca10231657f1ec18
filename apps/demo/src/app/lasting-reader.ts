import { StrongroomError } from "@strongroom/vault"
import type { Reader } from "./reader.js"

/**
 * A reader that outlives its vault: when the vault's process ends (out of memory, killed), what was being read fails,
 * and the next call opens another vault.
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
      const lost = reader === undefined || (StrongroomError.is(error) && error.code === "vault-exited")
      if (lost && used === current) {
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
