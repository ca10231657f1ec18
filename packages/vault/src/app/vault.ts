import { type Report, type Session, StrongroomError } from "@strongroom/core"
import { addCounts, noCounts } from "@strongroom/core/host"
import { errorFromWire } from "../channel/error-from-wire.js"
import { toWireError } from "../channel/wire-error.js"
import { folderIdentity } from "../folder-identity.js"
import { withArtifacts } from "./artifact-evidence.js"
import { type Connection, connect, type Notice } from "./connection.js"
import type { Crossing } from "./crossing.js"
import { exitError } from "./ending.js"
import { packKeys, type VaultKeys } from "./keys.js"
import { locateModel, type SealedModelPlace } from "./model.js"
import { checkOptions, type VaultEvent, type VaultOptions } from "./options.js"
import { openParcel, type Parcel } from "./parcel.js"
import { removeDirectory, sweep } from "./private-directory.js"
import { relayServer } from "./relay-server.js"
import { makeReport } from "./report.js"
import { type SessionProxy, sessionProxy } from "./session.js"
import { type SessionChannel, sessionChannel } from "./session-channel.js"
import { sessionMemory } from "./session-memory.js"
import { sourceServer } from "./source-server.js"
import type { VaultProcess } from "./spawn.js"
import { startVault, type VaultParts } from "./start.js"
import { storeServer } from "./store-server.js"
import { writableFolders } from "./writable-folders.js"

export interface LoadOptions {
  /** Rejects with its reason; what was read is freed. */
  readonly signal?: AbortSignal
  /** How much the engine has taken of the model, in bytes. */
  onProgress?(done: number, total: number): void
}

/**
 * A process of its own in which sealed models are opened and run. It keeps the app alive only while something is under
 * way; an app that ends without closing it takes it along.
 */
export interface Vault extends AsyncDisposable {
  /**
   * The age recipient (`age1...`) of an identity that this vault made at its start and that has never been elsewhere: for a
   * service that grants a model to this one vault, opened with `identity: "vault"`. By itself it proves nothing about who
   * asks: `age-keygen` makes such a text too. Undefined where the vault can't keep keys (koffi has no binary for the
   * platform).
   */
  readonly recipient: string | undefined
  /**
   * Opens a sealed model and loads it into the backend's engine. A path or `file:` URL is read in the vault, to which the
   * file is passed open where the system can; an `http(s):` URL, bytes and sources stay here, and only their ciphertext
   * goes in. A source is the session's from now on, and is closed with it. Each session has a thread of its own.
   *
   * @throws StrongroomError with any code of spec/errors.md but the import's and the sink's. TypeError for misuse.
   */
  load(model: SealedModelPlace, keys: VaultKeys, options?: LoadOptions): Promise<Session>
  /**
   * What holds, as it was seen at the last load, or at the opening; after the vault's end, as it was. What became of
   * artifacts is counted until now.
   */
  report(): Report
  /**
   * Waits for the engines' runs, then ends the process and removes its folder. After 10 seconds it is killed. Waits as
   * long for an artifact store that is still keeping something. Calls
   * that still wait reject with `vault-closed` or `session-closed`. Safe twice.
   */
  close(): Promise<void>
}

/** How long engines may take to finish when a vault is closed. */
const closeMilliseconds = 10_000

/** @param script is the vault's main module. */
export async function openVaultWith(script: URL, options: VaultOptions, parts: VaultParts = {}): Promise<Vault> {
  const checked = checkOptions(options)
  const { backend, cachePolicy, strict, debug, identities } = checked
  const { signal } = options
  signal?.throwIfAborted()
  const began = performance.now()
  // Not from here: what the app's own function throws is not the vault's fault.
  const log = (event: VaultEvent) => queueMicrotask(() => options.log?.(event))
  const sweeping = sweep()

  const sessions = new Map<number, SessionProxy>()
  /** The sessions' own channels, also of those that are being loaded. */
  const channels = new Map<number, SessionChannel>()
  /** The connections on which something is awaited. */
  const waiting = new Set<unknown>()
  let report: Report | undefined
  /** What became of artifacts. */
  let counts = noCounts
  let recipient: string | undefined
  let lastSession = 0
  let closing: Promise<void> | undefined
  /** What made the vault unusable before its process ended. */
  let broken: unknown

  const started = await startVault({
    ...{ script, options: checked, parts },
    receive: (frame) => connection.receive(frame),
    broken(error) {
      broken = error
    },
  })
  const { process: vaultProcess, directory, environment, crossing, noJail } = started
  const connection: Connection = connect(vaultProcess.channel, holder(vaultProcess), notice)
  const sources = sourceServer(connection.send)
  const relays = relayServer(connection.send)
  const store = storeServer(checked.artifactStore, connection.send)
  log({ event: "started", pid: vaultProcess.pid })
  const ended = vaultProcess.ended.then(async (end) => {
    sources.closeAll()
    relays.closeAll()
    // The vault has done this already, unless it was killed.
    await removeDirectory(directory).catch(() => {})
    const reason = () => {
      if (broken !== undefined) return errorFromWire(toWireError(broken, "channel-invalid"))
      return closing ? vaultClosed() : exitError(end, report !== undefined, debug)
    }
    connection.end(reason)
    await Promise.all([...channels.keys()].map((session) => endChannel(session, reason)))
    crossing?.close()
    log({ event: "ended", code: end.code, signal: end.signal })
  })

  /** For a connection: the vault's process keeps this one alive while any of them waits. */
  function holder(process: VaultProcess): (held: boolean) => void {
    const connection = {}
    return (held) => {
      if (held) waiting.add(connection)
      else waiting.delete(connection)
      process.hold(waiting.size > 0 || closing !== undefined)
    }
  }

  function broke(error: unknown): void {
    broken ??= error
    vaultProcess.kill()
  }

  async function endChannel(session: number, reason: () => Error): Promise<void> {
    await channels.get(session)?.end(reason)
    channels.delete(session)
    sessions.get(session)?.memory?.close()
  }

  function notice(message: Notice, blocks: readonly ArrayBuffer[]): void {
    if (message.type === "session-ended") {
      const { session } = message
      const reason = () => errorFromWire(message.error)
      sources.close(session)
      sessions.get(session)?.end(reason)
      void endChannel(session, reason)
    } else if (message.type === "relay-request") {
      relays.serve(message, blocks)
    } else if (message.type === "artifacts") {
      counts = addCounts(counts, message.more)
    } else if (message.type === "store-get" || message.type === "store-put" || message.type === "store-delete") {
      store.serve(message, blocks)
    } else {
      sources.serve(message)
    }
  }

  async function load(model: SealedModelPlace, keys: VaultKeys, options: LoadOptions = {}): Promise<Session> {
    refuseWhenClosed()
    const loadBegan = performance.now()
    const place = locateModel(model)
    const number = ++lastSession
    if ("source" in place) sources.add(number, place.source)
    let parcel: Parcel | undefined
    try {
      const { signal, onProgress } = options
      signal?.throwIfAborted()
      const packed = await packKeys(keys, signal, identities)
      if (packed.relay) relays.add(number, packed.relay)
      const named = { model: "file" in place ? place : null, keys: packed.keys }
      if (crossing) parcel = await openParcel(named)
      refuseWhenClosed()
      const channel = crossing && parcel && openChannel(crossing, parcel, number)
      const request = () =>
        connection.request(
          "loaded",
          {
            type: "load",
            session: number,
            ...{ model: parcel?.model ?? named.model, keys: parcel?.keys ?? named.keys },
            ...{ passed: parcel && !parcel.isEmpty ? number : null, channel: channel?.place ?? null },
          },
          { blocks: packed.blocks, signal, ...(onProgress && { onProgress }) },
        )
      const { message } = await (crossing && parcel
        ? parcel.send(crossing.passing, number, signal, request)
        : request())
      report = makeReport(message.state, backend.name, cachePolicy)
      const runs = channel?.connection ?? connection
      const proxy = sessionProxy({
        ...{ number, inputs: message.inputs, outputs: message.outputs, connection: runs },
        memory: crossing && channel && sessionMemory(number, crossing, runs),
        closed: () => channels.get(number)?.finish(),
        end: () => endSession(number),
      })
      sessions.set(number, proxy)
      log({ event: "loaded", session: number, milliseconds: performance.now() - loadBegan })
      return proxy.session
    } catch (error) {
      sources.close(number)
      channels.get(number)?.abandon(() => error as Error)
      channels.delete(number)
      throw error
    } finally {
      relays.close(number)
      parcel?.close()
    }
  }

  /** A channel for that session, whose other end goes into the parcel; none where the system has no more to give. */
  function openChannel({ libc }: Crossing, parcel: Parcel, session: number) {
    try {
      const [own, other] = libc.socketPair("stream")
      const channel = sessionChannel({ descriptor: own, libc, hold: holder(vaultProcess), broken: broke })
      channels.set(session, channel)
      return { connection: channel.connection, place: parcel.add(other) }
    } catch {
      return undefined
    }
  }

  async function endSession(session: number): Promise<void> {
    try {
      if (!connection.isEnded) await connection.request("done", { type: "close-session", session })
    } finally {
      await endChannel(
        session,
        () => new StrongroomError("session-closed", "The session is closed: load the model again"),
      )
      sessions.delete(session)
    }
  }

  function refuseWhenClosed(): void {
    if (closing) throw vaultClosed()
  }

  async function close(): Promise<void> {
    if (!connection.isEnded) {
      vaultProcess.hold(true)
      for (const channel of channels.values()) channel.finish()
      connection.send({ type: "close" })
    }
    const deadline = setTimeout(vaultProcess.kill, closeMilliseconds)
    await ended
    clearTimeout(deadline)
    await store.settled(closeMilliseconds)
  }

  const vault: Vault = {
    get recipient() {
      return recipient
    },
    load,
    report: () => withArtifacts(report as Report, counts, store.state()),
    close: () => {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => vault.close(),
  }

  try {
    const opening = {
      type: "open",
      ...{ backend, cachePolicy, strict, debug, environment, directory },
      directoryOutside: folderIdentity(directory),
      writable: writableFolders(),
      noJail,
      passing: crossing !== undefined,
    } as const
    const { message } = await connection.request("ready", opening, { signal })
    report = makeReport(message.state, backend.name, cachePolicy)
    recipient = message.recipient ?? undefined
    const folders = await sweeping
    if (folders > 0) log({ event: "swept", folders })
  } catch (error) {
    // Nobody has it, so there is nothing to wait for.
    vaultProcess.hold(true)
    vaultProcess.kill()
    await ended
    throw error
  }
  log({ event: "ready", milliseconds: performance.now() - began })
  return vault
}

function vaultClosed(): StrongroomError {
  return new StrongroomError("vault-closed", "The vault is closed: open another")
}
