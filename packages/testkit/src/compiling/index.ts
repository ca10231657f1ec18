import type { Backend } from "@strongroom/core/backend"

export interface CompilingOptions {
  /** In pieces, as engines do whose API hands artifacts over; or in a folder, as drivers do that know nothing else. */
  readonly keeps: "pieces" | "folder"
}

/**
 * `reference()`, which compiles what it loads and keeps that by the cache policy: for tests of what hosts do with
 * artifacts. It runs what it finds, not what it would have compiled, and tells the report, under `cache.policy`, whether
 * it `compiled`.
 */
export function compiling({ keeps }: CompilingOptions): Backend {
  if (keeps !== "pieces" && keeps !== "folder") throw new TypeError('compiling() keeps "pieces" or a "folder".')
  return {
    contract: 1,
    name: "compiling",
    module: new URL("./compiling-engine.js", import.meta.url).href,
    options: keeps,
    needs: {},
  }
}
