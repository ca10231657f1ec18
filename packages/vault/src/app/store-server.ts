import type { ArtifactStore } from "@strongroom/core"
import type { ToApp, ToVault } from "../channel/messages.js"
import { channelInvalid, wordsOf } from "../channel/wire-error.js"
import { blockOf } from "../channel/wire-tensor.js"

type StoreRequest = Extract<ToApp, { type: `store-${string}` }>
type GetRequest = Extract<StoreRequest, { type: "store-get" }>

/** Answers for the app's artifact store. What passes is ciphertext, by names that say nothing. */
export interface StoreServer {
  /** @throws StrongroomError `channel-invalid` where the cache policy has no store, or a frame lacks what is to be kept. */
  serve(request: StoreRequest, blocks: readonly ArrayBuffer[]): void
  /** Settles when nothing is being kept any more, or after `milliseconds`. */
  settled(milliseconds: number): Promise<void>
  /** For the report; undefined where there is no store. */
  state(): StoreState | undefined
}

/** What became of what was asked of a store. */
export interface StoreState {
  readonly kept: number
  readonly failures: number
  /** In one line, of the last failure; empty where there was none. */
  readonly lastFailure: string
}

/** A store that takes longer, with all that it was asked before of that name, has nothing. */
const getMilliseconds = 10_000

const longestWords = 300

export function storeServer(store: ArtifactStore | undefined, send: SendToVault): StoreServer {
  /** By name, the last thing that was asked: each waits for the one before, so that a deletion can't overtake. */
  const lasts = new Map<string, Promise<void>>()
  let kept = 0
  let failures = 0
  let lastFailure = ""

  function failed(error: unknown): void {
    failures++
    lastFailure = wordsOf(error).replace(/\s+/g, " ").trim().slice(0, longestWords)
  }

  async function answer({ session, request }: GetRequest, asked: Promise<unknown>): Promise<void> {
    try {
      const bytes = await within(getMilliseconds, asked)
      if (bytes !== undefined && !(bytes instanceof Uint8Array)) {
        throw new TypeError(`The artifact store gave something else than a Uint8Array: ${typeof bytes}`)
      }
      // A copy: the frame may be written after the store has changed its own.
      const found = bytes !== undefined
      send({ type: "store-answer", session, request, found }, found ? [new Uint8Array(bytes)] : [])
    } catch (error) {
      failed(error)
      send({ type: "store-failed", session, request })
    }
  }

  async function put(from: ArtifactStore, name: string, bytes: Uint8Array): Promise<void> {
    await from.put(name, bytes)
    kept++
  }

  /** Does `what` when all that was asked of that name before is done. */
  function inTurn<T>(name: string, what: () => Promise<T>): Promise<T> {
    const done = (lasts.get(name) ?? Promise.resolve()).then(what)
    const last = done.then(noValue, noValue)
    lasts.set(name, last)
    void last.then(() => {
      if (lasts.get(name) === last) lasts.delete(name)
    })
    return done
  }

  return {
    serve(request, blocks) {
      if (!store) throw channelInvalid("The vault asked for an artifact store, which its cache policy doesn't have")
      const { name } = request
      if (request.type === "store-get") {
        // Waiting for its turn counts: a load isn't to wait for what the app is still uploading.
        void answer(
          request,
          inTurn(name, () => store.get(name)),
        )
      } else if (request.type === "store-delete") {
        inTurn(name, () => store.delete(name)).catch(failed)
      } else {
        const bytes = new Uint8Array(blockOf(blocks, 0))
        inTurn(name, () => put(store, name, bytes)).catch(failed)
      }
    },
    settled: (milliseconds) => within(milliseconds, Promise.all(lasts.values())).then(noValue, noValue),
    state: () => store && { kept, failures, lastFailure },
  }
}

type SendToVault = (message: ToVault, blocks?: readonly Uint8Array[]) => void

function noValue(): void {}

/** Rejects when `promise` takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The artifact store didn't answer within ${milliseconds / 1000} s`)
    timer = setTimeout(() => reject(error), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
