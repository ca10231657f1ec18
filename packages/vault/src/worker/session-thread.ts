/**
 * One session's thread. It imports the backend and makes its engine as soon as it may, and then what opens models, so that a
 * spare thread is warm; it opens one sealed model, runs it, and ends.
 */
import { mkdirSync } from "node:fs"
import { type MessagePort, parentPort, workerData } from "node:worker_threads"
import { loadEngine, privateDirectory } from "@strongroom/core/host"
import { failure, toWireError } from "../channel/wire-error.js"
import { memoryLedger } from "./memory-ledger.js"
import type { OpenedSession } from "./opened-session.js"
import { threadMemory } from "./thread-memory.js"
import type { FromThread, ThreadSettings, ToThread } from "./thread-messages.js"

const settings = workerData as ThreadSettings
const port = parentPort as MessagePort

function post(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

const memory = threadMemory(memoryLedger(settings.ledger))

async function makeEngine() {
  makeDirectory()
  const { host } = await memory
  const engine = await loadEngine(settings.backend, {
    cachePolicy: settings.cachePolicy,
    directory: privateDirectory(settings.directory),
    debug: settings.debug,
    ...host,
    observe: (guarantee, evidence) => post({ type: "observed", guarantee, evidence }),
  })
  post({ type: "engine-ready", fingerprint: { ...engine.engine.fingerprint } })
  return engine
}

function makeDirectory(): void {
  try {
    mkdirSync(settings.directory, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const message = `There is no room for a session: its folder can't be made in the vault's own (${code})`
    throw failure("backend-failed", `${message}. Open another vault`)
  }
}

let begin: () => void
const engine = new Promise<void>((resolve) => {
  begin = resolve
}).then(makeEngine)
engine.catch((error) => post({ type: "engine-failed", error: toWireError(error) }))
// Only after the engine: core's formats and cryptography take as long to load, and the app is waiting for the engine.
const opener = engine.then(
  () => import("./opened-session.js"),
  () => import("./opened-session.js"),
)

let session: Promise<OpenedSession> | undefined
let stopping = false

// A rehearsal that fails would show nothing that the first load doesn't say better.
opener.then(({ prepare }) => prepare(memory, () => session === undefined && !stopping)).catch(() => {})

port.on("message", (message: ToThread) => {
  if (message.type === "begin") begin()
  else if (message.type === "stop") void stop()
  else if (message.type === "load")
    session = opener.then(({ openSession }) => openSession({ ...message, settings, engine, memory, post }))
  else void session?.then((opened) => opened.receive(message))
})

/** Frees everything in order, then ends the thread: an engine's own handles must not keep it. */
async function stop(): Promise<void> {
  stopping = true
  const opened = await session
  await opened?.close().catch(() => {})
  const made = await engine.catch(() => undefined)
  await made?.close().catch(() => {})
  await memory.catch(() => {})
  process.exit(0)
}
