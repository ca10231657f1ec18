import type { Backend } from "@strongroom/core/backend"
import { checkOptions, type OnnxRuntimeOptions } from "./options.js"
import { packageFolders, pluginFolders } from "./package-folders.js"

export type { ExecutionProvider, OnnxRuntimeOptions, ProviderPlugin } from "./options.js"

/**
 * ONNX Runtime as a backend: the value that an app gives to `openVault` or `openInProcess`. Loads nothing native.
 *
 * @throws TypeError or RangeError for options that aren't.
 */
export function onnxruntime(options: OnnxRuntimeOptions = {}): Backend {
  return {
    contract: 1,
    name: "onnxruntime",
    module: new URL("./worker.js", import.meta.url).href,
    options: checkOptions(options),
    needs: {
      read: [...packageFolders(), ...pluginFolders(options.plugin)],
      // Its pool's threads are bound to cores.
      systemCalls: ["sched_setaffinity"],
      // Without it ONNX Runtime keeps a device id and a database in the user's cache folder, and a log beside.
      environment: { ORT_DISABLE_TELEMETRY: "1" },
    },
  }
}
