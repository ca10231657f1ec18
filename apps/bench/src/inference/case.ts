import type { Network } from "../networks/networks.js"

/** What a measured process is told, as JSON: a network with one input and one output of float32. */
export interface InferenceCase {
  readonly modelPath: string
  /** Beside its name, type and shape, where its bytes are. */
  readonly input: Network["input"] & { readonly path: string }
  readonly threads: number
}

/** Its first line, as JSON. */
export interface Greeting {
  /** With its version, and its device. */
  readonly engine: string
  /** Milliseconds from the start of the load to the first output. */
  readonly first: number
}

/** What the engine on OpenCL says of itself as well. In bytes: what the process has more than before the load. */
export interface OpenclGreeting extends Greeting {
  readonly launches: number
  /** What lies between a run's input and its output. */
  readonly activations: number
  /** At most, until the first output. */
  readonly peak: number
  /** After it, when what was used by loading alone is gone. */
  readonly held: number
}
