import type { Artifacts, Host } from "@strongroom/core/backend"
import type { KernelFunc, Tensor } from "@tensorflow/tfjs-core"
import type { SavedModels } from "./saved-model/saved-models.js"

/**
 * TensorFlow.js on this thread, with an engine that has started. All that loads and runs models knows engines by this
 * alone, in Node and in a page.
 */
export interface Runtime {
  /** The copy of TensorFlow.js that the engine's own package uses, and the converter that belongs to it. */
  readonly tf: typeof import("@tensorflow/tfjs-core")
  readonly converter: typeof import("@tensorflow/tfjs-converter")
  /** Loads what runs layers models, of the same copy. Absent where there is none. */
  loadLayers?(): Promise<typeof import("@tensorflow/tfjs-layers")>
  /** The name that the engine has in TensorFlow.js, to activate it and to look for kernels: `"wasm"`. */
  readonly backend: string
  /** What people call it, as it stands in "it has no FFT on WebAssembly". */
  readonly title: string
  /** What computes, for the report and the fingerprint: `"wasm with SIMD, one thread, on x64"`. */
  readonly device: string
  /** The version of what lies between TensorFlow.js and the device; `"none"` where there is nothing. */
  readonly driver: string
  /**
   * Whether a small network is to be run before the first model comes: on engines where that compiles code for every later
   * model, and leaves nothing with a driver.
   */
  readonly rehearses: boolean
  /** Whether weights may be complex numbers. */
  readonly hasComplexNumbers: boolean
  /**
   * Copies a new tensor's elements into the engine's own memory, at once. Some engines do so at a tensor's first use, or
   * never, and hold the caller's array, which is lent, or zeroed.
   */
  upload(tensor: Tensor): void
  /**
   * Lets the engine use a new tensor's elements where they are, at `address`, if it can: they must then stay there until
   * the tensor is disposed of. Saves a copy of every large weight. Absent where the engine never can.
   */
  adopt?(tensor: Tensor, address: bigint): boolean
  /** Runs SavedModels, with the types of tensors that only they have. Absent where the engine can't. */
  readonly savedModels?: SavedModels
  /**
   * The kernel to be called in the place of `kernel` with the same attributes and inputs of the same shapes as it has been
   * called with before. Absent where that is always the same.
   */
  afterChecks?(kernel: KernelFunc): KernelFunc
  /** Overwrites a tensor's elements where the engine would free them as they are; nothing where they can't be reached. */
  wipe(tensor: Tensor): void
  /**
   * Waits for what was computed, and throws what went wrong with it unheard: `out-of-memory` or `backend-failed`. Absent
   * where the engine's own calls throw.
   */
  check?(): Promise<void>
  /** What the engine's driver compiles for a model that is being loaded. Absent where nothing of it is ever kept. */
  compiled?(host: Host, artifacts: Artifacts): Promise<Compiled | undefined>
}

export interface Compiled {
  /** After a run: keeps what was compiled since, as the cache policy allows. */
  keep(): Promise<void>
  /** The same, once more, when the model is closed. */
  close(): Promise<void>
}

/**
 * Makes it the active engine of TensorFlow.js on this thread, of which there is one for all copies of its modules. Another
 * session's, or the app's own, may have been active.
 */
export function activate({ tf, backend }: Runtime): void {
  // Done when it returns, since the engine has started; the promise is for those that haven't.
  if (tf.getBackend() !== backend) void tf.setBackend(backend)
}
