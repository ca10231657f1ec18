import { openSealedModel, type SealedModel, StrongroomError } from "@strongroom/core"
import {
  artifactsFor,
  type HostedArtifacts,
  type HostedSession,
  type LoadedEngine,
  loadSession,
} from "@strongroom/core/host"
import { brotli } from "@strongroom/core/node"
import type { Frame } from "../channel/frame.js"
import { parseToVault, type ToApp, type ToVault, type WirePlace } from "../channel/messages.js"
import { channelInvalid, toWireError } from "../channel/wire-error.js"
import { packValues, unpackValues } from "../channel/wire-tensor.js"
import { loadEvp } from "../os/evp.js"
import { loadLibc } from "../os/libc.js"
import { loadSegments } from "../os/segments.js"
import { appChannel } from "./app-channel.js"
import { type VaultCryptography, vaultCryptography } from "./cryptography.js"
import { readKeys } from "./keys.js"
import { outputPool } from "./output-pool.js"
import { type PassedDescriptors, takePassed } from "./passed.js"
import { sourceOf } from "./passed-source.js"
import { rehearse } from "./rehearsal.js"
import { relayedStore } from "./relayed-store.js"
import { remoteRelay } from "./remote-relay.js"
import { remoteSource } from "./remote-source.js"
import { remoteStore } from "./remote-store.js"
import { type RunMemory, sharedMemory } from "./shared-memory.js"
import type { ThreadMemory } from "./thread-memory.js"
import type { FromThread, LoadMessage, ThreadSettings, ToThread } from "./thread-messages.js"

export interface SessionToOpen {
  readonly message: LoadMessage
  readonly blocks: readonly ArrayBuffer[]
  /** Ids of the guarantees that the publisher's policy may count on. */
  readonly held: readonly string[]
  readonly passed: PassedDescriptors
  readonly own: bigint | undefined
  readonly settings: ThreadSettings
  readonly engine: Promise<LoadedEngine>
  readonly memory: Promise<ThreadMemory>
  post(message: FromThread, transfer?: readonly ArrayBuffer[]): void
}

/** A session that is being loaded, or is. */
export interface OpenedSession {
  receive(message: Extract<ToThread, { type: "forward" | "artifact" }>): void
  /** Stops loading, or waits for runs; then wipes the model's keys and closes its source. */
  close(): Promise<void>
}

/** What a session's own channel carries. */
type RunsMessage = Extract<ToVault, { type: "run" | "share" | "abort" | "release" }>
type RunMessage = Extract<RunsMessage, { type: "run" }>

function isOfRuns(message: ToVault): message is RunsMessage {
  return ["run", "share", "abort", "release"].includes(message.type)
}

/** Progress is told at most this often. */
const progressMilliseconds = 50

/** This thread's, made once. */
let fastest: Promise<VaultCryptography> | undefined

function cryptographyIn(memory: Promise<ThreadMemory>): Promise<VaultCryptography> {
  fastest ??= memory.then(({ secretsOf }) => vaultCryptography(loadEvp, loadSegments, secretsOf))
  return fastest
}

/** Makes this thread ready for {@link openSession}, unless one comes first. */
export async function prepare(memory: Promise<ThreadMemory>, isWanted: () => boolean): Promise<void> {
  const { cryptography } = await cryptographyIn(memory)
  if (isWanted()) await rehearse(cryptography, isWanted)
}

/** Begins to load a model; `post` tells the outcome, and that of every run. */
export function openSession(toOpen: SessionToOpen): OpenedSession {
  const { message: load, blocks, held, passed, own, settings, engine, post } = toOpen
  const memoryOfThread = toOpen.memory
  const stopping = new AbortController()
  const running = new Map<number, AbortController>()
  const ownStore = relayedStore(post)
  const appStore = remoteStore(load.session, send)
  const remote = load.model === null ? remoteSource(load.session, send) : undefined
  const relays = remoteRelay(load.session, send)
  const libc = loadLibc()
  libc.catch(() => {}) // Said by whatever needs it.
  const memory = sharedMemory(load.session, libc)
  const pool = outputPool()
  /** The session's own channel; without it the main thread brings what the app sends. */
  const direct =
    load.channel === null ? undefined : appChannel(takePassed(passed, load.channel), libc, receiveFrame, broken)
  let model: SealedModel | undefined
  let artifacts: HostedArtifacts | undefined
  /** When it is loaded. */
  let hosted: HostedSession | undefined

  function receiveFrame({ metadata, blocks }: Frame): void {
    const message = parseToVault(metadata)
    if (!isOfRuns(message) || message.session !== load.session) {
      throw channelInvalid(`The app sent ${message.type} on a session's channel`)
    }
    take(message, blocks)
  }

  function broken(error: unknown): void {
    post({ type: "broken", error: toWireError(error, "channel-invalid") })
  }

  /** Answers what the app asks of runs: on the channel that it asks on. */
  function answer(message: ToApp, transfer: readonly ArrayBuffer[] = []): void {
    if (!direct) {
      send(message, transfer)
      return
    }
    try {
      direct.send(
        message,
        transfer.map((block) => new Uint8Array(block)),
      )
    } catch (error) {
      // Over the channel's limits.
      if ("call" in message) direct.send({ type: "failed", call: message.call, error: toWireError(error) })
    }
  }

  function send(message: ToApp, transfer: readonly ArrayBuffer[] = []): void {
    post({ type: "forward", message, blocks: transfer }, transfer)
  }

  async function open(): Promise<HostedSession> {
    const { signal } = stopping
    const { backend, cachePolicy } = settings
    const made = await engine
    const { cryptography, keeping } = await cryptographyIn(memoryOfThread)
    const { allocate } = made.host
    const setting = { signal, passed, keeping, allocate, own, relay: relays.relay, debug: settings.debug }
    const { keys, texts, close: closeKeys } = await readKeys(load.keys, blocks, setting)
    try {
      if (texts > 0) post({ type: "identity-texts", count: texts })
      const place = { vault: true, cachePolicy, backend: backend.name, guarantees: held }
      const source = remote ?? sourceOf(load.model as WirePlace, passed)
      model = await openSealedModel(source, keys, { signal, cryptography, allocate, place })
    } finally {
      closeKeys()
    }
    artifacts = artifactsFor(cachePolicy, {
      store: cachePolicy === "sealed" ? appStore : ownStore,
      model: model.header,
      keys: model.artifactKeys,
      fingerprint: made.engine.fingerprint,
      allocate,
      compression: brotli,
      directory: made.host.directory,
      count: (more) => send({ type: "artifacts", more }),
    })
    const session = await loadSession(made, model, { signal, onProgress: progress(load.call, send), artifacts })
    ;(await memoryOfThread).trim()
    return session
  }

  const opening = open()
  opening.then(
    async (session) => {
      hosted = session
      const { inputs, outputs } = session
      const message = { type: "loaded", call: load.call, inputs, outputs } as const
      post({ type: "loaded", message, decryption: (await cryptographyIn(memoryOfThread)).decryption })
    },
    (error) => post({ type: "load-failed", call: load.call, error: toWireError(error) }),
  )

  async function run(message: RunMessage, given: readonly ArrayBuffer[]): Promise<void> {
    const { call, outputs, keep } = message
    const abort = message.abortable ? new AbortController() : undefined
    let shared: RunMemory | undefined
    /** Called when nothing reads the inputs any more, which an abort doesn't wait for. */
    let whenReturned = () => {}
    let returned: Promise<void> | undefined
    if (abort) running.set(call, abort)
    try {
      const session = hosted ?? (await opening)
      if (message.memory !== null) shared = memory.open(message.memory, message.room)
      const inputs = unpackValues(message.inputs, given, shared?.get)
      if (abort) {
        returned = new Promise<void>((resolve) => {
          whenReturned = resolve
        })
      }
      const results = await session.run(inputs, {
        ...(outputs && { outputs }),
        keep,
        ...(abort && { signal: abort.signal }),
        // The blocks are this run's own, and the app leaves what it shares as it is until the answer: the engine may read
        // them where they lie.
        lent: whenReturned,
        outputMemory: pool.take,
      })
      const copied: Uint8Array[] = []
      const packed = packValues(results, (bytes) => {
        const range = shared?.put(bytes)
        if (range) copied.push(bytes)
        return range
      })
      answer({ type: "result", call, outputs: packed.values }, packed.blocks.map(wholeBuffer))
      pool.give(copied)
    } catch (error) {
      await returned
      answer({ type: "failed", call, error: toWireError(error) })
    } finally {
      shared?.close()
      running.delete(call)
    }
  }

  async function share(call: number, byteLength: number): Promise<void> {
    try {
      answer({ type: "shared", call, memory: await memory.make(byteLength) })
    } catch (error) {
      answer({ type: "failed", call, error: toWireError(error, "out-of-memory") })
    }
  }

  /** @throws `channel-invalid` */
  function take(message: RunsMessage, blocks: readonly ArrayBuffer[]): void {
    if (message.type === "run") void run(message, blocks)
    else if (message.type === "share") void share(message.call, message.byteLength)
    else if (message.type === "abort") running.get(message.call)?.abort()
    // In the order of the messages: a later run mustn't find it.
    else hosted?.release(message.kept)
  }

  return {
    receive(received) {
      if (received.type === "artifact") return ownStore.receive(received)
      const { message } = received
      if (isOfRuns(message)) take(message, received.blocks)
      else if (message.type === "relay-answer" || message.type === "relay-failed")
        relays.answer(message, received.blocks)
      else if (message.type === "store-answer" || message.type === "store-failed")
        appStore.answer(message, received.blocks)
      else remote?.answer(message, received.blocks)
    },
    async close() {
      // A load is only stopped when nobody waits for it, or by the vault's close.
      stopping.abort(new StrongroomError("vault-closed", "The vault was closed while it loaded the model"))
      // What was asked before the close comes before it.
      await direct?.finished
      const session = await opening.catch(() => undefined)
      await session?.close()
      // Before the artifacts: a driver's folder may be quiet, and saved, only now.
      await (await engine.catch(() => undefined))?.close().catch(() => {})
      await artifacts?.close()
      await model?.close()
      await memory.close()
      await direct?.close()
      // As in `memory`: the thread is about to end.
      await cryptographyIn(memoryOfThread).catch(() => {})
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
