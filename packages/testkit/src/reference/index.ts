import type { Backend, Capabilities } from "@strongroom/core/backend"

/**
 * A correct backend, small and slow, for models that `programWriter` writes: for tests of hosts and of this suite. It
 * can do everything; `less` declares less.
 */
export function reference(less: Partial<Capabilities> = {}): Backend {
  return {
    contract: 1,
    name: "reference",
    module: new URL("./reference-engine.js", import.meta.url).href,
    options: { ...less },
    needs: {},
  }
}
