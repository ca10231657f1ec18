import { openSealedModel, type SealedModel, StrongroomError } from "@strongroom/core"
import { artifactsFor, type HostedSession, heapPlaintext, type LoadedEngine, loadSession } from "@strongroom/core/host"
import { fileSource } from "@strongroom/core/node"
import type { ToApp } from "../channel/messages.js"
import { toWireError } from "../channel/wire-error.js"
import { packValues, unpackValues } from "../channel/wire-tensor.js"
import { vaultCryptography } from "./cryptography.js"
import { readKeys } from "./keys.js"
import { rehearse } from "./rehearsal.js"
import { relayedStore } from "./relayed-store.js"
import { remoteSource } from "./remote-source.js"
import type { FromThread, LoadMessage, ThreadMessage, ThreadSettings, ToThread } from "./thread-messages.js"

export interface SessionToOpen {
  readonly message: LoadMessage
  readonly blocks: readonly ArrayBuffer[]
  /** Ids of the guarantees that the publisher's policy may count on. */
  readonly held: readonly string[]
  readonly settings: ThreadSettings
  readonly engine: Promise<LoadedEngine>
  post(message: FromThread, transfer?: readonly ArrayBuffer[]): void
}

/** A session that is being loaded, or is. */
export interface OpenedSession {
  receive(message: Extract<ToThread, { type: "forward" | "artifact" }>): void
  /** Stops loading, or waits for runs; then wipes the model's keys and closes its source. */
  close(): Promise<void>
}

type RunMessage = Extract<ThreadMessage, { type: "run" }>

/** Progress is told at most this often. */
const progressMilliseconds = 50

const fastest = vaultCryptography()

/** Makes this thread ready for {@link openSession}, unless one comes first. */
export async function prepare(isWanted: () => boolean): Promise<void> {
  const { cryptography } = await fastest
  if (isWanted()) await rehearse(cryptography, isWanted)
}

/** Begins to load a model; `post` tells the outcome, and that of every run. */
export function openSession({ message: load, blocks, held, settings, engine, post }: SessionToOpen): OpenedSession {
  const stopping = new AbortController()
  const running = new Map<number, AbortController>()
  const store = relayedStore(post)
  const remote = load.model === null ? remoteSource(load.session, send) : undefined
  let model: SealedModel | undefined

  function send(message: ToApp, transfer: readonly ArrayBuffer[] = []): void {
    post({ type: "forward", message, blocks: transfer }, transfer)
  }

  async function open(): Promise<HostedSession> {
    const { signal } = stopping
    const { backend, cachePolicy } = settings
    const made = await engine
    const keys = await readKeys(load.keys, blocks, signal)
    const { cryptography } = await fastest
    const place = { vault: true, cachePolicy, backend: backend.name, guarantees: held }
    const source = remote ?? fileSource((load.model as { readonly file: string }).file)
    model = await openSealedModel(source, keys, { signal, cryptography, place })
    const { fingerprint } = made.engine
    const artifacts = artifactsFor(cachePolicy, { store, model: model.header, fingerprint, allocate: heapPlaintext })
    return await loadSession(made, model, { signal, onProgress: progress(load.call, send), artifacts })
  }

  const opening = open()
  opening.then(
    async ({ inputs, outputs }) => {
      const message = { type: "loaded", call: load.call, inputs, outputs } as const
      post({ type: "loaded", message, decryption: (await fastest).decryption })
    },
    (error) => post({ type: "load-failed", call: load.call, session: load.session, error: toWireError(error) }),
  )

  async function run({ call, inputs, outputs, keep }: RunMessage, given: readonly ArrayBuffer[]): Promise<void> {
    const abort = new AbortController()
    running.set(call, abort)
    try {
      const session = await opening
      const results = await session.run(unpackValues(inputs, given), {
        ...(outputs && { outputs }),
        keep,
        signal: abort.signal,
        // The blocks are this run's own: the engine may read them where they lie.
        lent: () => {},
      })
      const packed = packValues(results)
      send({ type: "result", call, outputs: packed.values }, packed.blocks.map(wholeBuffer))
    } catch (error) {
      send({ type: "failed", call, error: toWireError(error) })
    } finally {
      running.delete(call)
    }
  }

  return {
    receive(received) {
      if (received.type === "artifact") return store.receive(received)
      const { message } = received
      if (message.type === "run") void run(message, received.blocks)
      else if (message.type === "abort") running.get(message.call)?.abort()
      else if (message.type === "release") opening.then((session) => session.release(message.kept)).catch(() => {})
      else remote?.answer(message, received.blocks)
    },
    async close() {
      // A load is only stopped when nobody waits for it, or by the vault's close.
      stopping.abort(new StrongroomError("vault-closed", "The vault was closed while it loaded the model"))
      const session = await opening.catch(() => undefined)
      await session?.close()
      await model?.close()
    },
  }
}

/** The buffer that holds exactly these bytes, to be transferred: core's host gives outputs so, and else a copy is made. */
function wholeBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer
  return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer
}

function progress(call: number, send: (message: ToApp) => void): (done: number, total: number) => void {
  let told = Number.NEGATIVE_INFINITY
  return (done, total) => {
    const now = performance.now()
    if (done < total && now - told < progressMilliseconds) return
    told = now
    send({ type: "progress", call, done, total })
  }
}
