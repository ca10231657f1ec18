import type { ArtifactStore } from "@strongroom/core"
import type { ToApp, ToVault } from "../channel/messages.js"
import { channelInvalid, wordsOf } from "../channel/wire-error.js"
import { blockOf } from "../channel/wire-tensor.js"

type StoreRequest = Extract<ToApp, { type: `store-${string}` }>

/** Answers for the app's artifact store. What passes is ciphertext, by names that say nothing. */
export interface StoreServer {
  /** @throws StrongroomError `channel-invalid` where the cache policy has no store. */
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

/** A store that takes longer has nothing. */
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

  async function get(from: ArtifactStore, { session, request, name }: Extract<StoreRequest, { type: "store-get" }>) {
    try {
      const bytes: unknown = await within(getMilliseconds, from.get(name))
      if (bytes !== undefined && !(bytes instanceof Uint8Array)) {
        throw new TypeError(`The artifact store gave something else than a Uint8Array: ${typeof bytes}`)
      }
      // A copy: the frame may be written after the store has changed its own.
      const found = bytes !== undefined
      send({ type: "store-answer", session, request, found }, found ? [bytes.slice()] : [])
    } catch (error) {
      failed(error)
      send({ type: "store-failed", session, request })
    }
  }

  async function keep(what: () => Promise<void>): Promise<void> {
    try {
      await what()
    } catch (error) {
      failed(error)
    }
  }

  function answer(from: ArtifactStore, request: StoreRequest, blocks: readonly ArrayBuffer[]): Promise<void> {
    if (request.type === "store-get") return get(from, request)
    if (request.type === "store-delete") return keep(() => from.delete(request.name))
    const bytes = new Uint8Array(blockOf(blocks, 0))
    return keep(async () => {
      await from.put(request.name, bytes)
      kept++
    })
  }

  return {
    serve(request, blocks) {
      if (!store) throw channelInvalid("The vault asked for an artifact store, which its cache policy doesn't have")
      const { name } = request
      const last = (lasts.get(name) ?? Promise.resolve()).then(() => answer(store, request, blocks))
      lasts.set(name, last)
      void last.then(() => {
        if (lasts.get(name) === last) lasts.delete(name)
      })
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
