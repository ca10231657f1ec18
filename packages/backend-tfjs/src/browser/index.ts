/**
 * TensorFlow.js as a backend for pages: on WebGPU, WebGL or WebAssembly, each loaded when it is wanted.
 *
 * @module
 */
import type { BundledBackend } from "@strongroom/core"
import { checkOptions, type PageTfjsOptions } from "./options.js"

export type { PageEngineName, PageTfjsOptions, WasmPaths } from "./options.js"

/**
 * The value that a page gives to `openInProcess`. Loads nothing: its code, TensorFlow.js's and its engines' are imported
 * when a model is opened, from wherever the page's bundler has put them.
 *
 * @throws TypeError for options that aren't.
 */
export function tfjs(options: PageTfjsOptions = {}): BundledBackend {
  return { contract: 1, name: "tfjs", load: () => import("./engine.js"), options: checkOptions(options), needs: {} }
}
