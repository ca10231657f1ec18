import type { Fingerprint } from "@strongroom/core/backend"
import type { VaultState } from "../channel/messages.js"
import type { Confinement } from "./confinement.js"
import type { EngineEvidence } from "./engine-evidence.js"
import { held, listFindings } from "./findings.js"
import { lookAgain, lookAround, type Setting, withLoads } from "./findings-now.js"
import type { MemorySurvey } from "./memory-findings.js"
import type { LoadMessage } from "./thread-messages.js"

/** What the vault knows of itself: what it has found, and what has been loaded since. */
export interface OwnState {
  /** Looks again at what others can change. */
  lookAgain(): void
  /** A load begins, with that identity. */
  loading(identity: Identity): void
  /** How many more of the identities opened are JavaScript strings. */
  identityTexts(count: number): void
  /** A model has been loaded, by what decrypts in its thread. */
  loaded(decryption: string): void
  /** Ids of the guarantees that hold, also once `next` has been used for a load. */
  held(next?: Identity): readonly string[]
  /** For the app's report. */
  told(): VaultState
}

type Identity = LoadMessage["keys"]["identity"]

export interface OwnStateSettings {
  readonly open: Setting
  readonly confinement: Confinement
  readonly fingerprint: Fingerprint
  readonly memory: Pick<MemorySurvey, "counts">
  readonly evidence: Pick<EngineEvidence, "byGuarantee">
  readonly keysOutsideHeap: boolean
}

/** Looks at the process. */
export async function ownState({
  open,
  confinement,
  fingerprint,
  memory,
  evidence,
  keysOutsideHeap,
}: OwnStateSettings): Promise<OwnState> {
  let found = await lookAround(open, confinement)
  let models = 0
  let passphrases = 0
  let texts = 0
  let decryption: string | undefined

  function findings(next?: Identity) {
    const more = next === undefined ? 0 : passphrasesIn(next)
    const wiping = { texts: texts + more, decryption, keysOutsideHeap }
    return withLoads(found, { models, passphrases: passphrases + more, wiping, memory: memory.counts() })
  }

  return {
    lookAgain() {
      found = lookAgain(found, open, confinement)
    },
    loading(identity) {
      passphrases += passphrasesIn(identity)
    },
    identityTexts(count) {
      texts += count
    },
    loaded(by) {
      models++
      decryption = by
    },
    held: (next) => held(findings(next)),
    told: () => ({
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      engine: fingerprint,
      findings: listFindings(findings(), evidence.byGuarantee),
    }),
  }
}

function passphrasesIn(identity: Identity): number {
  return Number("passphrase" in identity)
}
