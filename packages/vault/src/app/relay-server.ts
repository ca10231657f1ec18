import { StrongroomError } from "@strongroom/core"
import { mostRelayBytes, type ToApp, type ToVault } from "../channel/messages.js"
import { toWireError, wordsOf } from "../channel/wire-error.js"

/** The app's own function, which carries an identity module's bytes to where they are answered. */
export type RelayFunction = (request: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

/** Calls the app's relay functions for the vault, each for the load that it was given with. */
export interface RelayServer {
  add(session: number, relay: RelayFunction): void
  serve(request: Extract<ToApp, { type: "relay-request" }>, blocks: readonly ArrayBuffer[]): void
  /** The load is over: aborts what is under way, and answers nothing any more. Safe twice. */
  close(session: number): void
  closeAll(): void
}

export function relayServer(send: (message: ToVault, blocks?: readonly Uint8Array[]) => void): RelayServer {
  const open = new Map<number, { readonly relay: RelayFunction; readonly ending: AbortController }>()

  async function answer(session: number, number: number, request: Uint8Array): Promise<void> {
    const entry = open.get(session)
    try {
      if (!entry) throw new TypeError("none was given")
      const bytes: unknown = await entry.relay(request, entry.ending.signal)
      if (!(bytes instanceof Uint8Array)) throw new TypeError("it gave something else than a Uint8Array")
      if (bytes.length > mostRelayBytes) {
        throw new RangeError(`it gave ${bytes.length} bytes, and at most ${mostRelayBytes} are carried`)
      }
      if (!entry.ending.signal.aborted) send({ type: "relay-answer", session, relay: number }, [bytes.slice()])
    } catch (error) {
      if (entry?.ending.signal.aborted) return
      // What an app's own function throws may be anything; it comes back to the app with the load's error.
      const cause = new StrongroomError("identity-invalid", `The app's relay function failed: ${wordsOf(error)}`)
      send({ type: "relay-failed", session, relay: number, error: toWireError(cause) })
    }
  }

  function close(session: number): void {
    open.get(session)?.ending.abort(new StrongroomError("session-closed", "The load that relayed is over."))
    open.delete(session)
  }

  return {
    add: (session, relay) => void open.set(session, { relay, ending: new AbortController() }),
    serve: ({ session, relay }, [block]) => void answer(session, relay, new Uint8Array(block ?? new ArrayBuffer(0))),
    close,
    closeAll() {
      for (const session of [...open.keys()]) close(session)
    },
  }
}
