import { checkOptionNames } from "@strongroom/core/backend"

/** Every engine of pages, in the order in which `auto` takes them. */
export const pageEngineNames = ["webgpu", "webgl", "wasm"] as const

/** What computes, in a page. */
export type PageEngineName = (typeof pageEngineNames)[number]

/**
 * Where WebAssembly's binaries are: the address of their folder, with a slash at its end, or of each by its name in
 * `@tensorflow/tfjs-backend-wasm/dist`, as a bundler gives it.
 */
export type WasmPaths = string | { readonly [name: string]: string }

export interface PageTfjsOptions {
  /**
   * What computes. Default: `"auto"`, the first of `"webgpu"`, `"webgl"`, `"wasm"` whose package the page has, and for the
   * first two a GPU and not its imitation by the CPU. A model can name one that suits it better.
   */
  readonly engine?: "auto" | PageEngineName
  /** Default: beside the script that holds TensorFlow.js. */
  readonly wasmPaths?: WasmPaths
}

/** The options with their defaults. */
export type CheckedPageOptions = {
  readonly engine: "auto" | PageEngineName
  readonly wasmPaths: WasmPaths | null
}

/** @throws TypeError */
export function checkOptions(options: PageTfjsOptions): CheckedPageOptions {
  checkOptionNames(options, ["engine", "wasmPaths"], "tfjs()")
  const { engine = "auto", wasmPaths } = options
  if (engine !== "auto" && !pageEngineNames.includes(engine)) {
    const names = ["auto", ...pageEngineNames].map((name) => JSON.stringify(name)).join(", ")
    throw new TypeError(`engine is one of ${names}, not ${JSON.stringify(engine)}.`)
  }
  const addresses = typeof wasmPaths === "object" && wasmPaths !== null ? Object.values(wasmPaths) : [wasmPaths ?? ""]
  if (!addresses.every((address) => typeof address === "string")) {
    throw new TypeError("wasmPaths is an address, or an object of addresses by the binaries' names.")
  }
  return { engine, wasmPaths: wasmPaths ?? null }
}
