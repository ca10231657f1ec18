import type { Fingerprint } from "@strongroom/core/backend"
import type { Kind } from "./case.js"

/**
 * `declined`: the engine says that the model is not for it. `out`: it isn't tried, for a reason in `declared-out.ts`.
 * Everything that goes wrong otherwise, the end of the process and the end of the time included, is `failed`.
 */
export type Outcome = "passed" | "failed" | "declined" | "out"

/** What became of one case. */
export interface CaseResult {
  readonly kind: Kind
  readonly name: string
  /** What the case is of: `"Conv"`, `"ai.onnx.ml.Binarizer"`; the name of the kind where it is of no one operator. */
  readonly operator: string
  readonly outcome: Outcome
  /** Of all outcomes but `passed`. */
  readonly reason?: string
  /** The largest difference of a floating-point output from what is expected. */
  readonly difference?: number
  /** Kernels launched on the device in the runs, where the engine counts them. */
  readonly launches?: number
}

/** What a process says of one case. */
export type Verdict = Pick<CaseResult, "outcome" | "reason" | "difference" | "launches">

/** One engine's results. */
export interface Run {
  readonly engine: Fingerprint
  readonly cases: readonly CaseResult[]
}
