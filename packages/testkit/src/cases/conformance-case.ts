import type { Capabilities } from "@strongroom/core/backend"
import type { Bench } from "../bench.js"
import type { Reach } from "../place.js"

/** One demand of the contract. */
export interface ConformanceCase {
  /** Stable: `"values/matmul"`. */
  readonly id: string
  /** What holds when it passes. */
  readonly title: string
  /** What an engine must declare for this to be demanded of it. Default: nothing. */
  needs?(capabilities: Capabilities): boolean
  /** What a place must let it do, beyond loading and running models. Default: nothing. */
  readonly reaches?: readonly Reach[]
  /** Throws when it doesn't hold. */
  run(bench: Bench): Promise<void>
}
