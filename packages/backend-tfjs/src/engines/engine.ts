import type { Host, Needs } from "@strongroom/core/backend"
import type { Runtime } from "../runtime.js"
import type { VulkanOptions } from "./vulkan.js"

/** What computes, in Node. */
export type EngineName = "tfjs-node-gpu" | "tfjs-node" | "webgpu" | "wasm"

/** One way in which TensorFlow.js computes. Importing its file loads nothing. */
export interface EngineKind {
  readonly name: EngineName
  /** Looks whether its packages are installed and the machine has what it computes on, as files say. [app] */
  find(options: FindOptions): FoundEngine | MissingEngine
  /**
   * Loads TensorFlow.js with it on this thread, and activates it.
   *
   * @throws Error whose message is a sentence on why it can't be started. No model is open yet.
   */
  start(options: StartOptions): Promise<Runtime>
}

export interface FindOptions {
  /** Where `strongroom setup` has put what it builds, if the app names it. */
  readonly setupFolder: string | undefined
  readonly vulkan: VulkanOptions
  /** True: the app named this engine. False: it is one of those that `auto` looks at, for which slow ones don't qualify. */
  readonly isNamed: boolean
}

export interface StartOptions {
  /** What `find` found. */
  readonly place: string
  readonly host: Host
  /** As `find` was told. */
  readonly isNamed: boolean
}

export interface FoundEngine {
  /** Where: what `start` wants to know. */
  readonly place: string
  readonly needs: Needs
}

export interface MissingEngine {
  /** A sentence: what there isn't, and what to do. */
  readonly missing: string
}
