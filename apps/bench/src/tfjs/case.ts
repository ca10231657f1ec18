import type { TfjsOptions } from "@strongroom/backend-tfjs"
import type { PreparedCase } from "../models.js"

export type TfjsEngine = "wasm" | "tfjs-node" | "webgpu"

/** What a measured process is told, as JSON. */
export interface TfjsCase extends PreparedCase {
  readonly engine: TfjsEngine
  /** How the vault's backend finds it. */
  readonly options: TfjsOptions
  /** Where `strongroom setup tfjs-cpu` has put tfjs-node, for that engine. */
  readonly tfjsNode?: string
  readonly outputs: readonly string[]
}

/** The sealed model in a vault, or the plain files by `tf.loadGraphModel` in this process. */
export type TfjsSide = "vault" | "plain"

/** What a process has measured. */
export interface TfjsSample {
  /** Milliseconds from the start of the load to the first outputs. */
  readonly first: number
  /** Of a run afterwards, the median. */
  readonly run: number
  /** What the process that held the model has had at most, beyond what it had before the load, in bytes. */
  readonly peak: number
}
