import { type ErrorCode, StrongroomError } from "@strongroom/vault"
import type { Readiness } from "./first-runs.js"
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

/** Whether a reader's vault is there, and what is ready in it. */
export interface VaultState extends Readiness {
  readonly vault: "closed" | "opening" | "open"
}

/** A reader that outlives its vault. */
export interface LastingReader extends Omit<Reader, "readiness"> {
  state(): VaultState
}

/**
 * Opens a vault at the first call, unless it is given a reader that has one; and when the vault's process or a session in
 * it ends (out of memory, killed), what was being read fails, and the next call opens another.
 */
export function lastingReader(open: () => Promise<Reader>, first?: Reader): LastingReader {
  let current = first && Promise.resolve(first)
  let opened = first

  async function openAnother(): Promise<Reader> {
    opened = undefined
    opened = await open()
    return opened
  }

  async function use<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    current ??= openAnother()
    const used = current
    let reader: Reader | undefined
    try {
      reader = await used
      return await call(reader)
    } catch (error) {
      const gone = reader === undefined || (StrongroomError.is(error) && lost.includes(error.code))
      if (gone && used === current) {
        current = undefined
        opened = undefined
        await reader?.close()
      }
      throw error
    }
  }

  return {
    read: (file, signal) => use((reader) => reader.read(file, signal)),
    report: () => use((reader) => reader.report()),
    state() {
      if (opened) return { vault: "open", ...opened.readiness() }
      return { vault: current ? "opening" : "closed", making: 0, made: 0 }
    },
    async close() {
      // One that can't be opened has told whoever asked for it.
      await (await current?.catch(() => undefined))?.close()
    },
  }
}
