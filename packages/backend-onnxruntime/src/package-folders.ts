import { createRequire } from "node:module"
import { dirname } from "node:path"
import { libraryPlaces } from "@strongroom/core/node"
import type { ProviderPlugin } from "./options.js"

/** Where onnxruntime-node and what it loads are installed. Empty if it isn't: the engine says so when it starts. */
export function packageFolders(): readonly string[] {
  try {
    const runtime = createRequire(import.meta.url).resolve("onnxruntime-node/package.json")
    const common = createRequire(runtime).resolve("onnxruntime-common/package.json")
    return [dirname(runtime), dirname(common)]
  } catch {
    return []
  }
}

/** Where a provider's library lies, by its path and by its real one, and what else it loads. */
export function pluginFolders(plugin: ProviderPlugin | undefined): readonly string[] {
  if (plugin === undefined) return []
  const { library, read = [] } = plugin
  return [...new Set([...libraryPlaces(library), ...read])]
}
