import type { Backend } from "@strongroom/core/backend"
import { findCandidates } from "./candidates.js"
import { checkOptions, type TfjsOptions } from "./options.js"

export type { EngineName, VulkanOptions } from "./engines/index.js"
export type { TfjsOptions } from "./options.js"
export { defaultSetupFolder } from "./setup/place.js"

/**
 * TensorFlow.js as a backend: the value that an app gives to `openVault` or `openInProcess`. Looks at which engines and
 * devices this machine has; loads nothing.
 *
 * @throws TypeError for options that aren't.
 */
export function tfjs(options: TfjsOptions = {}): Backend {
  const { candidates, needs } = findCandidates(checkOptions(options))
  return {
    contract: 1,
    name: "tfjs",
    module: new URL("./worker.js", import.meta.url).href,
    options: candidates,
    needs,
  }
}
