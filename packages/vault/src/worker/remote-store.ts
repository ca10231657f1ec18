import type { ArtifactShelf } from "@strongroom/core/host"
import type { ToApp, ToVault } from "../channel/messages.js"
import { blockOf } from "../channel/wire-tensor.js"

type Answer = Extract<ToVault, { type: "store-answer" | "store-failed" }>

/** The app's artifact store as a session's thread sees it. Only ciphertext passes here. */
export interface RemoteStore extends ArtifactShelf {
  answer(message: Answer, blocks: readonly ArrayBuffer[]): void
}

/**
 * Nothing waits until something is kept: what becomes of it, the app knows. For each key the app does what it is asked in
 * the order of asking.
 *
 * @param send takes the bytes' buffer over.
 */
export function remoteStore(
  session: number,
  send: (message: ToApp, transfer?: readonly ArrayBuffer[]) => void,
): RemoteStore {
  const waiting = new Map<number, { resolve(bytes: Uint8Array | undefined): void; reject(error: unknown): void }>()
  let lastRequest = 0
  return {
    get: (name) =>
      new Promise((resolve, reject) => {
        const request = ++lastRequest
        waiting.set(request, { resolve, reject })
        send({ type: "store-get", session, request, name })
      }),
    async put(name, bytes) {
      const { buffer } = new Uint8Array(bytes)
      send({ type: "store-put", session, name }, [buffer])
    },
    async delete(name) {
      send({ type: "store-delete", session, name })
    },
    answer(message, blocks) {
      const one = waiting.get(message.request)
      waiting.delete(message.request)
      if (message.type === "store-failed") one?.reject(new Error("The app's artifact store failed."))
      else one?.resolve(message.found ? new Uint8Array(blockOf(blocks, 0)) : undefined)
    },
  }
}
