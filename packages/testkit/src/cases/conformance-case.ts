import type { Capabilities } from "@strongroom/core/backend"
import type { Bench } from "../bench.js"

/** One demand of the contract. */
export interface ConformanceCase {
  /** Stable: `"values/matmul"`. */
  readonly id: string
  /** What holds when it passes. */
  readonly title: string
  /** What an engine must declare for this to be demanded of it. Default: nothing. */
  needs?(capabilities: Capabilities): boolean
  /** Throws when it doesn't hold. */
  run(bench: Bench): Promise<void>
}
