export interface TfjsOptions {
  /** What computes: WebAssembly with SIMD where the machine has it, on one thread. The only one yet, and the default. */
  readonly engine?: "wasm"
}

/** What crosses to the vault. */
export type CheckedOptions = { readonly engine: "wasm" }

/** @throws TypeError */
export function checkOptions({ engine = "wasm" }: TfjsOptions): CheckedOptions {
  if (engine !== "wasm") throw new TypeError(`engine is "wasm", not ${JSON.stringify(engine)}.`)
  return { engine }
}
