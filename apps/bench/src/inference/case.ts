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

/** What the engine on OpenCL says of itself as well. Memory is in bytes. */
export interface OpenclGreeting extends Greeting {
  readonly launches: number
  /** What lies between a run's input and its output. */
  readonly activations: number
  /** Of the input and the output. */
  readonly ends: number
  /** Of the device, for this network: now, and at most until then. */
  readonly memory: { readonly held: number; readonly peak: number }
  /** What the process has more than before the load, the device's included where that is the processor. */
  readonly process: { readonly held: number; readonly peak: number }
}
