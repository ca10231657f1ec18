import type { Similarity } from "@strongroom/audit"
import type { Place } from "./place.js"

/** Which network a program runs: that which is looked for; another; or, where that can be had, the same with other weights. */
export type Network = "studied" | "other" | "retrained"

/** A program as it is run. */
export interface Run {
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Files by which the model is found. */
  readonly model: readonly string[]
}

/** One program with one setting. */
export interface Case {
  readonly id: string
  readonly subject: string
  /** What is switched on; "" for the default. */
  readonly setting: string
  /** Who switches it on: nobody, the application's user, or the application. */
  readonly by: "nobody" | "user" | "program"
  run(place: Place, network: Network): Run
  /** Below the place: a cache that is compared with those of further runs. */
  readonly cache?: string
  /** The networks that it is compared with; the same in a second run is always among them. */
  readonly compared?: readonly Network[]
  /** Whether numbers of the model are looked for in the largest file that is left, in any order. */
  readonly values?: boolean
}

/** What was measured of a case. */
export interface Measured {
  readonly id: string
  readonly subject: string
  readonly setting: string
  readonly by: Case["by"]
  readonly version: string
  /** The signal, or the exit code, with which it ended after its work was done; absent where that was 0. */
  readonly endedBy?: number
  readonly written: Amount
  /** Of that, what is there when the program has ended. */
  readonly left: Amount
  /** Files of memfd_create, O_TMPFILE and in tmpfs: on no disk. */
  readonly inMemory: Amount
  readonly kinds: readonly (Amount & { readonly title: string; readonly left: number; readonly example: string })[]
  readonly surfaces: readonly string[]
  readonly windows: { readonly known: number; readonly written: number; readonly left: number }
  readonly names: { readonly known: number; readonly written: number; readonly left: number }
  /** What is left, by `leak`. */
  readonly leak: {
    readonly score: number
    readonly parts: readonly { readonly id: string; readonly points: number; readonly amount: number }[]
    readonly kernels: readonly string[]
  }
  readonly compared?: Readonly<Partial<Record<Network, Similarity>>>
  /** Of the model's numbers, the share that stands in the largest file that is left, and in that of another network. */
  readonly values?: { readonly found: number; readonly byChance: number }
  /** Calls that the audit couldn't look at. */
  readonly unseen: number
}

export interface Amount {
  readonly files: number
  readonly bytes: number
}
