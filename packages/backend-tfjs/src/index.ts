import type { Backend } from "@strongroom/core/backend"
import { checkOptions, type TfjsOptions } from "./options.js"
import { packageFolders } from "./package-folders.js"

export type { TfjsOptions } from "./options.js"

/**
 * TensorFlow.js as a backend: the value that an app gives to `openVault` or `openInProcess`. Loads nothing.
 *
 * @throws TypeError for options that aren't.
 */
export function tfjs(options: TfjsOptions = {}): Backend {
  return {
    contract: 1,
    name: "tfjs",
    module: new URL("./worker.js", import.meta.url).href,
    options: checkOptions(options),
    needs: { read: packageFolders() },
  }
}
