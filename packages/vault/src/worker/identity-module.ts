import { StrongroomError } from "@strongroom/core"
import type { CreateIdentity, IdentityHost, IdentityKey, ModuleReference } from "@strongroom/core/backend"
import { mostRelayBytes } from "../channel/messages.js"
import { wordsOf } from "../channel/wire-error.js"
import { type ReadIdentities, readIdentities } from "./identity-bytes.js"
import type { Keeping } from "./keeping.js"

/** Sends bytes to the app's relay function and gives its answer. */
export type Relay = (bytes: Uint8Array) => Promise<Uint8Array>

/** What an identity module is run with. */
export interface ModuleSetting {
  readonly signal: AbortSignal
  /** Default: keys are JavaScript strings. */
  readonly keeping?: Keeping | undefined
  readonly relay: Relay
  /** True: its own words appear in errors. */
  readonly debug: boolean
}

/**
 * Imports an identity module on this thread and asks it for the identity. Bytes that it gives are overwritten when they
 * have been read. The signal's end is the end of all waiting, whatever the module does.
 *
 * @throws StrongroomError `identity-invalid` for all that the module does wrong; the signal's reason.
 */
export async function moduleIdentity(
  { module, options }: ModuleReference,
  { signal, keeping, relay, debug }: ModuleSetting,
): Promise<ReadIdentities> {
  const failed = (what: string, cause: unknown) => {
    if (StrongroomError.is(cause)) return cause
    const words = debug ? `: ${wordsOf(cause)}` : ". Its own words are told with debug"
    return new StrongroomError("identity-invalid", `The identity module ${what}${words}.`, { cause })
  }
  const ended = new AbortController()
  const host: IdentityHost = {
    signal: AbortSignal.any([signal, ended.signal]),
    async relay(bytes) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError("relay() takes a Uint8Array.")
      if (bytes.length > mostRelayBytes) {
        throw new RangeError(`relay() takes at most ${mostRelayBytes} bytes, not ${bytes.length}.`)
      }
      host.signal.throwIfAborted()
      // A copy: it may be changed as soon as this has returned.
      return await relay(bytes.slice())
    },
  }

  const create = await unlessAborted(signal, async () => (await import(module)).default as CreateIdentity).catch(
    (error) => {
      signal.throwIfAborted()
      throw failed("can't be loaded", error)
    },
  )
  if (typeof create !== "function") throw failed("has no function as its default export", undefined)
  const making = async () => {
    const made = await create(options, host)
    // Too late: nobody reads it any more.
    if (signal.aborted && made instanceof Uint8Array) made.fill(0)
    return made
  }
  const made = await unlessAborted(signal, making).catch((error) => {
    signal.throwIfAborted()
    throw failed("gave no identity", error)
  })
  const close = () => ended.abort()
  if (made instanceof Uint8Array) {
    try {
      const read = readIdentities(made, keeping)
      return {
        ...read,
        close() {
          close()
          read.close()
        },
      }
    } catch (error) {
      close()
      throw error
    } finally {
      made.fill(0)
    }
  }
  if (typeof made?.unwrapFileKey !== "function") {
    close()
    throw failed("gave neither bytes nor what unwraps file keys", undefined)
  }
  const key: IdentityKey = {
    unwrapFileKey: (stanzas) =>
      unlessAborted(signal, async () => made.unwrapFileKey(stanzas)).catch((error) => {
        signal.throwIfAborted()
        throw failed("couldn't unwrap", error)
      }),
  }
  return { identity: [key], texts: 0, close }
}

/** Rejects with the signal's reason when it comes first; what comes later then is dropped. */
function unlessAborted<T>(signal: AbortSignal, make: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const leave = () => reject(signal.reason)
    signal.addEventListener("abort", leave, { once: true })
    make()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", leave))
  })
}
