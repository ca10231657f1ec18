import type { Runtime } from "../runtime.js"
import type { CheckedPageOptions, PageEngineName } from "./options.js"
import { startWasm } from "./wasm.js"
import { startWebgl } from "./webgl.js"
import { startWebgpu } from "./webgpu.js"

export interface StartOptions extends Pick<CheckedPageOptions, "wasmPaths"> {
  /** True: the app named this engine. False: an imitation of a GPU by the CPU doesn't qualify. */
  readonly isNamed: boolean
}

/**
 * Each loads TensorFlow.js with an engine, and activates it; the same again where it has been.
 *
 * @throws Error whose message is a sentence on why it can't be started.
 */
export const pageEngines: { readonly [Name in PageEngineName]: (options: StartOptions) => Promise<Runtime> } = {
  webgpu: startWebgpu,
  webgl: startWebgl,
  wasm: startWasm,
}
