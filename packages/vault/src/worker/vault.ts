import type { ToApp, ToVault } from "../channel/messages.js"
import type { WireError } from "../channel/wire-error.js"
import type { JailResults } from "../os/jail.js"
import { type SystemMemory, systemMemory } from "../os/memory.js"
import { confine, shutBeforeEngine } from "./confine.js"
import { engineEvidence } from "./engine-evidence.js"
import { memorySurvey } from "./memory-findings.js"
import { ledgerMemory, memoryLedger } from "./memory-ledger.js"
import { makeOwnIdentity } from "./own-identity.js"
import { ownState } from "./own-state.js"
import { passedFromApp } from "./passed-from-app.js"
import { inspectorOpen, passingImpossible, unmetDemands } from "./refusals.js"
import { type Sessions, vaultSessions } from "./sessions.js"
import { inspectorListens } from "./signals.js"
import { threadBelongings } from "./thread-belongings.js"
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

/** An open vault, in its process. */
export interface VaultHost extends Sessions {
  /** Closes all sessions; settles when their runs have ended and their threads are gone. */
  close(): Promise<void>
}

/**
 * Makes the first engine, shuts the doors behind it, looks at the process, and tells the app that the vault is ready; or
 * why it isn't, and then gives nothing.
 */
export async function openVaultHost(settings: VaultSettings): Promise<VaultHost | undefined> {
  const { open, threadScript, jail, send, fail } = settings
  const { strict } = open
  const system = await systemOfThis()
  const memory = memorySurvey()
  /** What the main thread has: the vault's own identity. */
  const ledger = memoryLedger(ledgerMemory())
  memory.add(ledger)
  const belongings = threadBelongings(system, memory)
  const evidence = engineEvidence()

  function refuse(error: WireError): undefined {
    send({ type: "failed", call: open.call, error })
  }

  const before = await shutBeforeEngine(open.backend.needs, jail)
  const threads = sessionThreads({
    ...open,
    script: threadScript,
    started(thread) {
      before.second.reserve()
      belongings.begin(thread)
    },
    observed: evidence.add,
    ended: belongings.clear,
  })
  const [engine, passed, own] = await Promise.all([
    threads.spare().engine,
    passedFromApp(open.passing),
    makeOwnIdentity(ledger),
  ])
  const confinement = await confine(open, jail, before)
  if ("error" in engine) return refuse(engine.error)

  const keysOutsideHeap = own !== undefined
  const state = await ownState({ open, confinement, ...engine, memory, evidence, keysOutsideHeap })
  if (inspectorListens()) return refuse(inspectorOpen())
  if (!passed) return refuse(passingImpossible())
  const unmet = unmetDemands(strict, state.held())
  if (unmet) return refuse(unmet)

  send({ type: "ready", call: open.call, state: state.told(), recipient: own?.recipient ?? null })
  const { receive } = vaultSessions({ strict, threads, belongings, state, passed, own: own?.address, send, fail })
  return { receive, close: threads.close }
}

async function systemOfThis(): Promise<SystemMemory | undefined> {
  const system = await systemMemory().catch(() => undefined)
  system?.raiseLockLimit()
  return system
}
