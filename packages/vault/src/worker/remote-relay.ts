import { errorFromWire } from "../channel/error-from-wire.js"
import { mostRelayBytes, type ToApp, type ToVault } from "../channel/messages.js"
import { blockOf } from "../channel/wire-tensor.js"
import type { Relay } from "./identity-module.js"

type Answer = Extract<ToVault, { type: "relay-answer" | "relay-failed" }>

/** The app's relay function as a session's thread sees it. */
export interface RemoteRelay {
  readonly relay: Relay
  answer(message: Answer, blocks: readonly ArrayBuffer[]): void
}

/** @param send takes the bytes' buffer over. */
export function remoteRelay(
  session: number,
  send: (message: ToApp, transfer: readonly ArrayBuffer[]) => void,
): RemoteRelay {
  const waiting = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: unknown): void }>()
  let lastRelay = 0
  return {
    relay: (bytes) =>
      new Promise((resolve, reject) => {
        const relay = ++lastRelay
        waiting.set(relay, { resolve, reject })
        const { buffer } = new Uint8Array(bytes)
        send({ type: "relay-request", session, relay }, [buffer])
      }),
    answer(message, blocks) {
      const one = waiting.get(message.relay)
      waiting.delete(message.relay)
      if (message.type === "relay-failed") {
        one?.reject(errorFromWire(message.error))
        return
      }
      const bytes = new Uint8Array(blockOf(blocks, 0))
      if (bytes.length <= mostRelayBytes) one?.resolve(bytes)
      else one?.reject(new RangeError(`The app's relay gave ${bytes.length} bytes, more than ${mostRelayBytes}.`))
    },
  }
}
