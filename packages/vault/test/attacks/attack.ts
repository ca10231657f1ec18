import type { Stage } from "./stage.js"
import type { Kind, Victim, VictimSettings } from "./victim.js"

/** What an attacker got. */
export interface Outcome {
  /** The needles that he has, and other things that must not happen, in words. */
  readonly taken: readonly string[]
  /** What he tried, with what the system said to it: "open /proc/PID/mem: EACCES". Never empty. */
  readonly tried: readonly string[]
}

/** One attack, made twice: on a process that opens the model by itself, where it succeeds, and on a vault. */
export interface Attack {
  readonly title: string
  /** Why it takes nothing from a vault, in words for docs/attacks.md. */
  readonly stoppedBy: string
  /** What it takes from the unprotected process, at the least. */
  readonly takes: readonly string[]
  /** Why it can't be made on this machine, if so. */
  readonly missing?: string | undefined
  run(scene: Scene, kind: Kind): Promise<Outcome>
}

export interface Scene {
  readonly stage: Stage
  /** A victim of this attack's own, which is ended after it. */
  start(kind: Kind, settings?: VictimSettings): Promise<Victim>
  /** One that has run the model, and is shared by the attacks that leave it as it is. */
  shared(kind: Kind): Promise<Victim>
}
