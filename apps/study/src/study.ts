import type { Measured } from "./case.js"

/** docs/results/study.json. */
export interface Study {
  readonly date: string
  readonly machine: { readonly platform: string; readonly kernel: string; readonly node: string }
  /** Subjects that couldn't be run. */
  readonly missing: readonly string[]
  readonly measured: readonly Measured[]
}
