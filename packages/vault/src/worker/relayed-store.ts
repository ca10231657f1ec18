import type { ArtifactShelf } from "@strongroom/core/host"
import type { FromThread, ToThread } from "./thread-messages.js"

/** The vault's own artifact store, for the policy `memory`, which the main thread has, as a session's thread sees it. */
export interface RelayedStore extends ArtifactShelf {
  receive(message: Extract<ToThread, { type: "artifact" }>): void
}

export function relayedStore(post: (message: FromThread, transfer?: readonly ArrayBuffer[]) => void): RelayedStore {
  const waiting = new Map<number, (bytes: Uint8Array | undefined) => void>()
  let lastRequest = 0
  return {
    receive({ request, bytes }) {
      waiting.get(request)?.(bytes === null ? undefined : new Uint8Array(bytes))
      waiting.delete(request)
    },
    get(key) {
      return new Promise((resolve) => {
        const request = ++lastRequest
        waiting.set(request, resolve)
        post({ type: "artifact-get", request, key })
      })
    },
    async put(key, bytes) {
      const { buffer } = new Uint8Array(bytes)
      post({ type: "artifact-put", key, bytes: buffer }, [buffer])
    },
    async delete(key) {
      post({ type: "artifact-delete", key })
    },
  }
}
