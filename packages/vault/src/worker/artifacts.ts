import type { MemoryStore } from "@strongroom/core"
import type { SessionThread } from "./thread.js"
import type { FromSession } from "./thread-messages.js"

type Request = Extract<FromSession, { type: `artifact-${string}` }>

/** Answers the threads' {@link relayedStore} from one store in memory. Core is loaded when it is first asked. */
export function artifactServer(): (thread: SessionThread, request: Request) => Promise<void> {
  let store: Promise<MemoryStore> | undefined
  return async (thread, request) => {
    store ??= import("@strongroom/core").then(({ memoryStore }) => memoryStore())
    const artifacts = await store
    if (request.type === "artifact-put") {
      const bytes = new Uint8Array(request.bytes)
      await artifacts.put(request.key, bytes)
      bytes.fill(0)
    } else if (request.type === "artifact-delete") {
      await artifacts.delete(request.key)
    } else {
      const found = await artifacts.get(request.key)
      // A copy of exactly its size, which becomes the thread's.
      const bytes = found === undefined ? null : new Uint8Array(found).buffer
      found?.fill(0)
      thread.post({ type: "artifact", request: request.request, bytes }, bytes ? [bytes] : [])
    }
  }
}
