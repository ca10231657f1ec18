import { type Report, type Session, StrongroomError } from "@strongroom/core"
import { errorFromWire } from "../channel/error-from-wire.js"
import { toWireError } from "../channel/wire-error.js"
import { folderIdentity } from "../folder-identity.js"
import { type Connection, connect, type Notice } from "./connection.js"
import { exitError } from "./ending.js"
import { vaultEnvironment } from "./environment.js"
import { type Jail, makeJail, type NoJail } from "./jail.js"
import { packKeys, type VaultKeys } from "./keys.js"
import { locateModel, type SealedModelPlace } from "./model.js"
import { checkOptions, type VaultEvent, type VaultOptions } from "./options.js"
import { makePrivateDirectory, removeDirectory, sweep } from "./private-directory.js"
import { makeReport } from "./report.js"
import { type SessionProxy, sessionProxy } from "./session.js"
import { sourceServer } from "./source-server.js"
import { startProcess, type VaultProcess } from "./spawn.js"
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
   * Opens a sealed model and loads it into the backend's engine. A path or `file:` URL is read in the vault; an
   * `http(s):` URL, bytes and sources stay here, and only their ciphertext goes in. A source is the session's from now
   * on, and is closed with it. Each session has a thread of its own.
   *
   * @throws StrongroomError with any code of spec/errors.md but the import's and the sink's. TypeError for misuse.
   */
  load(model: SealedModelPlace, keys: VaultKeys, options?: LoadOptions): Promise<Session>
  /** What holds, as it was seen at the last load, or at the opening; after the vault's end, as it was. */
  report(): Report
  /**
   * Waits for the engines' runs, then ends the process and removes its folder. After 10 seconds it is killed. Calls
   * that still wait reject with `vault-closed` or `session-closed`. Safe twice.
   */
  close(): Promise<void>
}

/** How long engines may take to finish when a vault is closed. */
const closeMilliseconds = 10_000

/**
 * @param script is the vault's main module.
 * @param native is the folder of the shared objects that native/ is built to.
 */
export async function openVaultWith(
  script: URL,
  options: VaultOptions,
  native = new URL("../native/", script),
): Promise<Vault> {
  const { backend, cachePolicy, strict, node, debug } = checkOptions(options)
  const { signal } = options
  signal?.throwIfAborted()
  const began = performance.now()
  // Not from here: what the app's own function throws is not the vault's fault.
  const log = (event: VaultEvent) => queueMicrotask(() => options.log?.(event))
  const sweeping = sweep()

  const directory = await makePrivateDirectory().catch((cause: Error) => {
    throw new StrongroomError("vault-start", `No private folder could be made for the vault: ${cause.message}`, {
      cause,
    })
  })
  const sessions = new Map<number, SessionProxy>()
  let report: Report | undefined
  let lastSession = 0
  let closing: Promise<void> | undefined
  /** What made the vault unusable before its process ended. */
  let broken: unknown

  let vaultProcess: VaultProcess
  let connection: Connection
  let environment: { readonly [name: string]: string }
  let jail: Jail | NoJail
  try {
    environment = vaultEnvironment(directory, backend.needs.environment)
    jail = makeJail({ native, script, node, backend, modules: [], directory })
  } catch (error) {
    await removeDirectory(directory)
    throw error
  }
  try {
    vaultProcess = startProcess({
      node,
      script,
      jail: "missing" in jail ? undefined : jail,
      environment,
      directory,
      debug,
      receive: (frame) => connection.receive(frame),
      broken(error) {
        broken = error
      },
    })
  } catch (error) {
    await removeDirectory(directory)
    throw exitError({ code: null, signal: null, error: error as Error }, false, debug)
  }
  connection = connect(vaultProcess.channel, (held) => vaultProcess.hold(held || closing !== undefined), notice)
  const sources = sourceServer(connection.send)
  log({ event: "started", pid: vaultProcess.pid })
  const ended = vaultProcess.ended.then(async (end) => {
    sources.closeAll()
    // The vault has done this already, unless it was killed.
    await removeDirectory(directory).catch(() => {})
    connection.end(() => {
      if (broken !== undefined) return errorFromWire(toWireError(broken, "channel-invalid"))
      return closing ? vaultClosed() : exitError(end, report !== undefined, debug)
    })
    log({ event: "ended", code: end.code, signal: end.signal })
  })

  function notice(message: Notice): void {
    if (message.type === "session-ended") {
      sources.close(message.session)
      sessions.get(message.session)?.end(() => errorFromWire(message.error))
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
    try {
      const { signal, onProgress } = options
      signal?.throwIfAborted()
      const packed = await packKeys(keys, signal)
      refuseWhenClosed()
      const { message } = await connection.request(
        "loaded",
        { type: "load", session: number, model: "file" in place ? place : null, keys: packed.keys },
        { blocks: packed.blocks, signal, ...(onProgress && { onProgress }) },
      )
      report = makeReport(message.state, backend.name, cachePolicy)
      const closed = () => void sessions.delete(number)
      const proxy = sessionProxy({ number, inputs: message.inputs, outputs: message.outputs, connection, closed })
      sessions.set(number, proxy)
      log({ event: "loaded", session: number, milliseconds: performance.now() - loadBegan })
      return proxy.session
    } catch (error) {
      sources.close(number)
      throw error
    }
  }

  function refuseWhenClosed(): void {
    if (closing) throw vaultClosed()
  }

  async function close(): Promise<void> {
    if (!connection.isEnded) {
      vaultProcess.hold(true)
      connection.send({ type: "close" })
    }
    const deadline = setTimeout(vaultProcess.kill, closeMilliseconds)
    await ended
    clearTimeout(deadline)
  }

  const vault: Vault = {
    load,
    report: () => report as Report,
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
      noJail: "missing" in jail ? jail.missing : null,
    } as const
    const { message } = await connection.request("ready", opening, { signal })
    report = makeReport(message.state, backend.name, cachePolicy)
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
