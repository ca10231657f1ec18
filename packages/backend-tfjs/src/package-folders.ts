import { createRequire } from "node:module"
import { dirname } from "node:path"

/** The packages that the engine loads; each is one bundled file, and the last holds the WebAssembly beside it. */
export const packages = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-converter",
  "@tensorflow/tfjs-backend-wasm",
] as const

/** Where they are installed. Empty if one isn't: the engine says so when it starts. */
export function packageFolders(): readonly string[] {
  const { resolve } = createRequire(import.meta.url)
  try {
    return packages.map((name) => dirname(resolve(`${name}/package.json`)))
  } catch {
    return []
  }
}
