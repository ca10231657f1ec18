import { getSystemErrorName } from "node:util"
import type { Json } from "@strongroom/core/backend"
import { type Finding, unavailable } from "./findings.js"
import { type MemoryCounts, type MemoryLedger, secretKinds } from "./memory-ledger.js"

/** What is known of memory outside of JavaScript's, of all threads that are and were. */
export interface MemorySurvey {
  counts(): MemoryCounts
  add(ledger: MemoryLedger): void
  /** The thread has ended: what wasn't locked stays counted. */
  remove(ledger: MemoryLedger): void
}

export function memorySurvey(): MemorySurvey {
  const ledgers = new Set<MemoryLedger>()
  /** Of threads that have ended. */
  let past: MemoryCounts = { secrets: undefined, secretsErrno: 0, lockedBytes: 0, unlockedBytes: 0, lockErrno: 0 }
  return {
    counts: () => [...ledgers].reduce<MemoryCounts>(joined, past),
    add: (ledger) => void ledgers.add(ledger),
    remove(ledger) {
      if (ledgers.delete(ledger)) past = { ...joined(past, ledger), lockedBytes: past.lockedBytes }
    },
  }
}

function joined(a: MemoryCounts, b: MemoryCounts): MemoryCounts {
  const worst = Math.max(...[a, b].map(({ secrets }) => (secrets === undefined ? -1 : secretKinds.indexOf(secrets))))
  return {
    secrets: secretKinds[worst],
    secretsErrno: b.secretsErrno || a.secretsErrno,
    lockedBytes: a.lockedBytes + b.lockedBytes,
    unlockedBytes: a.unlockedBytes + b.unlockedBytes,
    lockErrno: b.lockErrno || a.lockErrno,
  }
}

/** @param swapAreas undefined: it can't be seen. @param limit is RLIMIT_MEMLOCK as proc(5) shows it. */
export function findLocked(counts: MemoryCounts, swapAreas: number | undefined, limit: string | null): Finding {
  const { secrets, secretsErrno, lockedBytes, unlockedBytes, lockErrno } = counts
  const evidence: { [name: string]: Json } = {
    keys: secrets ?? null,
    ...(secretsErrno !== 0 && { keysError: nameOf(secretsErrno) }),
    lockedBytes,
    unlockedBytes,
    ...(lockErrno !== 0 && { lockError: nameOf(lockErrno) }),
    limit,
    swapAreas: swapAreas ?? null,
  }
  if (secrets === "memfd_secret" || secrets === "locked") {
    const kept = secrets === "memfd_secret" ? "in memfd_secret memory between guard pages" : "in locked memory"
    if (swapAreas !== 0) {
      return unavailable(
        `Keys are ${kept}, but while a segment is opened OpenSSL has the key in memory of its own, and swap is in use or unknown.`,
        evidence,
      )
    }
    if (unlockedBytes === 0) {
      const mechanism = `Keys are ${kept}, and every buffer of the host's was locked before it was filled.`
      return { state: "enforced", mechanism, evidence }
    }
    const mechanism = `Keys are ${kept}. The system's limit left host buffers unlocked, and no swap is in use.`
    return { state: "observed", mechanism, evidence }
  }
  if (swapAreas === 0) {
    return { state: "observed", mechanism: "Memory isn't locked, and no swap is in use.", evidence }
  }
  return unavailable("Memory isn't locked, and swap is in use or unknown.", evidence)
}

/** What has been opened so far, or is about to be. */
export interface Wiping {
  /** Passphrases, and lines of identity files that are of another kind than age's X25519. */
  readonly texts: number
  /** Undefined before the first load. */
  readonly decryption: string | undefined
  readonly keysOutsideHeap: boolean
}

/** What no code of this project's can reach, in every state. */
const notCovered =
  "Not covered: what the engine and V8 allocate, the manifest's JSON once it is parsed, and what an identity module keeps."

export function findWiped({ texts, decryption, keysOutsideHeap }: Wiping): Finding {
  const evidence = { texts, ...(decryption !== undefined && { decryption }) }
  if (!keysOutsideHeap) {
    return unavailable(`OpenSSL can't be reached, so that keys pass through V8's heap. ${notCovered}`, evidence)
  }
  if (texts > 0) {
    const mechanism = "A passphrase or identity was of a kind that is only used as a JavaScript string"
    return unavailable(`${mechanism}, which can't be overwritten. ${notCovered}`, evidence)
  }
  const mechanism =
    "Identities, what is derived of them, content keys and lent parts are outside of V8's heap, and overwritten when they are closed."
  return { state: "enforced", mechanism: `${mechanism} ${notCovered}`, evidence }
}

/** @param overwritesFreed whether the C library does when it is told to. */
export function findEngineWiped(overwritesFreed: boolean): Finding {
  if (!overwritesFreed) return unavailable("Engines free their memory as it is.", { freed: "left" })
  const mechanism =
    "Engines free their memory as it is. While a session closes, what is freed is overwritten, but for small pieces; after a load and a close, free pages are given back."
  return unavailable(mechanism, { freed: "overwritten" })
}

function nameOf(errno: number): string {
  return getSystemErrorName(-errno)
}
