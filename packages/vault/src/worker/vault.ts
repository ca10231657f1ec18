import type { Backend, Json } from "@strongroom/core/backend"
import { closeAll, type DescriptorPassing, descriptorPassing } from "../channel/descriptor-passing.js"
import type { ToApp, ToVault } from "../channel/messages.js"
import { channelInvalid, failure, strongroomErrorName, toWireError, type WireError } from "../channel/wire-error.js"
import type { JailResults } from "../os/jail.js"
import { loadLibc } from "../os/libc.js"
import { linux } from "../os/linux.js"
import { type SystemMemory, systemMemory } from "../os/memory.js"
import { artifactServer } from "./artifacts.js"
import { keepAttributes } from "./attributes.js"
import { confine } from "./confine.js"
import { held, listFindings } from "./findings.js"
import { lookAgain, lookAround, withLoads } from "./findings-now.js"
import { nameInheritedSockets } from "./inherited-sockets.js"
import { sweepMemory } from "./locked-memory.js"
import { memorySurvey } from "./memory-findings.js"
import { ledgerMemory, type MemoryLedger, memoryLedger } from "./memory-ledger.js"
import { makeOwnIdentity } from "./own-identity.js"
import { closePassed, type PassedDescriptors, passedDescriptors } from "./passed.js"
import { passingDescriptor } from "./passing-descriptor.js"
import { noSecondFilter, type SecondFilter, secondFilter } from "./second-filter.js"
import { inspectorListens } from "./signals.js"
import type { SessionThread } from "./thread.js"
import type { FromSession, LoadMessage } from "./thread-messages.js"
import { sessionThreads } from "./threads.js"

export interface VaultSettings {
  readonly open: Extract<ToVault, { type: "open" }>
  readonly threadScript: URL
  /** What was done before main; undefined without a jail. */
  readonly jail: JailResults | undefined
  send(message: ToApp, blocks?: readonly Uint8Array[]): void
  /** What the app sends can't be believed any more: the vault ends. */
  fail(error: Error): void
}

/** Passes messages between the app and the sessions' threads, and keeps what the report is made of. */
export interface VaultHost {
  /** @throws `channel-invalid` */
  receive(message: Exclude<ToVault, { type: "open" | "close" }>, blocks: readonly ArrayBuffer[]): void
  /** Closes all sessions; settles when their runs have ended and their threads are gone. */
  close(): Promise<void>
}

/** Of a backend, for one guarantee. */
const mostEvidence = 32

/** How long an abandoned load may take to free its memory before its thread is ended by force. */
const abandonedMilliseconds = 3000

/**
 * Looks at the process, makes the first engine, and tells the app that the vault is ready; or why it isn't, and then
 * gives nothing.
 */
export async function openVaultHost(settings: VaultSettings): Promise<VaultHost | undefined> {
  const { open, threadScript, jail, send, fail } = settings
  const sessions = new Map<number, { readonly thread: SessionThread; readonly loadCall: number }>()
  const observed = new Map<string, readonly Json[]>()
  const serveArtifact = artifactServer()
  let models = 0
  let passphrases = 0
  let texts = 0
  let decryption: string | undefined
  const memory = memorySurvey()
  /** What the main thread has: the vault's own identity. */
  const ledger = memoryLedger(ledgerMemory())
  memory.add(ledger)
  const ledgers = new Map<SessionThread, MemoryLedger>()

  /** What came with a thread's load, until the thread has ended. */
  const passedTo = new Map<SessionThread, PassedDescriptors>()

  // Before there is an engine, which is made in a thread.
  const inherited = jail && (await nameInheritedSockets())
  const attributes = await keepAttributes(jail)
  const second = await secondFilterFor(open.backend.needs, jail)
  const threads = sessionThreads({ ...open, script: threadScript, started, message: fromThread, died, ended })
  const [system, engine, passing, own] = await Promise.all([
    systemOfThis(),
    threads.spare().engine,
    open.passing ? passingFromApp() : undefined,
    makeOwnIdentity(ledger),
  ])
  const confinement = await confine(open, jail, { inherited, attributes, second })
  let found = await lookAround(open, confinement)
  const refusal = "error" in engine ? engine.error : (inspected() ?? unpassable() ?? lacking())
  if (refusal) {
    send({ type: "failed", call: open.call, error: refusal })
    return undefined
  }
  send({ type: "ready", call: open.call, state: state(), recipient: own?.recipient ?? null })

  /** @param next is the identity of a load that is about to begin. */
  function findings(next?: LoadMessage["keys"]["identity"]) {
    const more = Number(next !== undefined && "passphrase" in next)
    const wiping = { texts: texts + more, decryption, keysOutsideHeap: own !== undefined }
    return withLoads(found, { models, passphrases: passphrases + more, wiping, memory: memory.counts() })
  }

  /** Why there can be no vault here, whatever the app demands. */
  function inspected(): WireError | undefined {
    if (!inspectorListens()) return undefined
    const message = "Node's inspector was opened in the vault's process and can't be closed. Open another vault"
    return toWireError(failure("vault-start", message))
  }

  function unpassable(): WireError | undefined {
    if (!open.passing || passing) return undefined
    return toWireError(failure("vault-start", "The vault can't load koffi, as the app can. Install the package again"))
  }

  /** Why the app's demands aren't met, if so. */
  function lacking(next?: LoadMessage["keys"]["identity"]): WireError | undefined {
    const holding = held(findings(next))
    const missing = open.strict.filter((id) => !holding.includes(id))
    if (missing.length === 0) return undefined
    const message =
      `The app demands guarantees that don't hold here: ${missing.join(", ")}. ` +
      "The report of a vault opened without strict says why; demand others, or run where they hold"
    return { name: strongroomErrorName, code: "policy-guarantee", message }
  }

  function state() {
    const { fingerprint } = engine as Extract<typeof engine, { fingerprint: unknown }>
    return {
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      engine: fingerprint,
      findings: listFindings(findings(), observed),
    }
  }

  function fromThread(thread: SessionThread, message: FromSession): void {
    switch (message.type) {
      case "observed":
        observed.set(message.guarantee, withEvidence(observed.get(message.guarantee), message.evidence))
        break
      case "identity-texts":
        texts += message.count
        break
      case "loaded":
        loaded(thread, message)
        break
      case "load-failed":
        refuse(message, message.error)
        break
      case "forward":
        forward(message)
        break
      case "broken":
        fail(Object.assign(new Error(message.error.message), message.error))
        break
      default:
        void serveArtifact(thread, message)
    }
  }

  function loaded(thread: SessionThread, { message, decryption: by }: Extract<FromSession, { type: "loaded" }>): void {
    models++
    decryption = by
    threads.restock()
    found = lookAgain(found, open, confinement)
    // What loading did is known only now: memory that couldn't be locked, identities that are text.
    const refusal = lacking()
    const [session] = [...sessions].find(([, entry]) => entry.thread === thread) ?? []
    if (refusal && session !== undefined) refuse({ call: message.call, session }, refusal)
    else send({ ...message, state: state() })
  }

  function forward({ message, blocks }: Extract<FromSession, { type: "forward" }>): void {
    try {
      send(
        message,
        blocks.map((block) => new Uint8Array(block)),
      )
    } catch (error) {
      // Over the channel's limits.
      if ("call" in message) send({ type: "failed", call: message.call, error: toWireError(error) })
    }
  }

  function died(thread: SessionThread, error: WireError): void {
    for (const [session, entry] of sessions) {
      if (entry.thread !== thread) continue
      sessions.delete(session)
      send({ type: "session-ended", session, error })
      threads.restock()
    }
  }

  function started(thread: SessionThread): void {
    second.reserve()
    const ledger = memoryLedger(thread.ledger)
    ledgers.set(thread, ledger)
    memory.add(ledger)
  }

  function ended(thread: SessionThread): void {
    closePassed(passedTo.get(thread) ?? passedDescriptors([]))
    passedTo.delete(thread)
    const left = ledgers.get(thread)
    ledgers.delete(thread)
    if (!left) return
    if (system) sweepMemory(system, left)
    memory.remove(left)
  }

  /** @throws `channel-invalid`; `source-unreadable` where too many files are open. */
  function take({ passed }: LoadMessage): readonly number[] {
    if (passed === null) return []
    if (!passing) throw channelInvalid("The app passed descriptors, which it hadn't announced")
    try {
      return passing.take(passed)
    } finally {
      passing.discardSkipped()
    }
  }

  function load(message: LoadMessage, blocks: readonly ArrayBuffer[]): void {
    const { session, call } = message
    if (sessions.has(session)) throw channelInvalid(`Session ${session} was loaded twice`)
    let descriptors: readonly number[]
    try {
      descriptors = take(message)
    } catch (error) {
      const told = toWireError(error)
      if (told.code === "channel-invalid") throw error
      send({ type: "failed", call, error: told })
      return
    }
    found = lookAgain(found, open, confinement)
    const { identity } = message.keys
    const refusal = lacking(identity)
    if (refusal) {
      closeAll(descriptors)
      send({ type: "failed", call, error: refusal })
      return
    }
    passphrases += Number("passphrase" in identity)
    const thread = threads.take()
    sessions.set(session, { thread, loadCall: call })
    const passed = passedDescriptors(descriptors)
    passedTo.set(thread, passed)
    thread.post({ type: "load", message, blocks, held: held(findings(identity)), passed, own: own?.address }, blocks)
  }

  function refuse({ call, session }: { call: number; session: number }, error: WireError): void {
    send({ type: "failed", call, error })
    dispose(session)
  }

  /** Ends a session that the app doesn't have. */
  function dispose(session: number): void {
    const entry = sessions.get(session)
    sessions.delete(session)
    if (!entry) return
    void threads.stop(entry.thread, abandonedMilliseconds)
    threads.restock()
  }

  async function closeSession(session: number, call: number): Promise<void> {
    const entry = sessions.get(session)
    if (entry) await threads.stop(entry.thread)
    sessions.delete(session)
    send({ type: "done", call })
  }

  return {
    close: threads.close,
    receive(message, blocks) {
      if (message.type === "load") {
        load(message, blocks)
      } else if (message.type === "close-session") {
        void closeSession(message.session, message.call)
      } else {
        const entry = sessions.get(message.session)
        // None: its thread has ended by itself, and the app is being told.
        if (message.type === "abort" && message.call === entry?.loadCall) dispose(message.session)
        else entry?.thread.post({ type: "forward", message, blocks }, blocks)
      }
    },
  }
}

/** Each thread's engine observes the same: it is kept once, and no more than a report can hold. */
function withEvidence(known: readonly Json[] = [], evidence: Json): readonly Json[] {
  const text = JSON.stringify(evidence)
  const isKnown = known.some((one) => JSON.stringify(one) === text)
  return isKnown || known.length >= mostEvidence ? known : [...known, evidence]
}

/** Only where there is a first: without one, nothing keeps an engine from setting what it wants at any time. */
async function secondFilterFor(needs: Backend["needs"], jail: JailResults | undefined): Promise<SecondFilter> {
  const system = await linux()
  if (!system || jail?.seccomp !== 0) return noSecondFilter
  return secondFilter(system, needs.systemCalls ?? [], (needs.execute ?? []).length > 0)
}

async function systemOfThis(): Promise<SystemMemory | undefined> {
  const system = await systemMemory().catch(() => undefined)
  system?.raiseLockLimit()
  return system
}

async function passingFromApp(): Promise<DescriptorPassing | undefined> {
  try {
    return descriptorPassing(await loadLibc(), passingDescriptor)
  } catch {
    return undefined
  }
}
