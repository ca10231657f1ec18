import { createRequire } from "node:module"
import { dirname } from "node:path"

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
