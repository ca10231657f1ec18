import { createRequire } from "node:module"
import type { EngineKind } from "./engine.js"
import { packageFolders } from "./packages.js"
import { wasmRuntime } from "./wasm-runtime.js"

/** Each is one bundled file, and the last holds the WebAssembly beside it. */
const packages = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-converter", "@tensorflow/tfjs-backend-wasm"] as const

/** WebAssembly, with SIMD where the machine has it, on one thread: TensorFlow.js starts no threads in Node. */
export const wasm: EngineKind = {
  name: "wasm",
  find() {
    const folders = packageFolders(import.meta.url, packages)
    if (folders === undefined) return { missing: `Run "npm install ${packages.join(" ")}", all of one version.` }
    return { place: folders[2] as string, needs: { read: folders } }
  },
  async start() {
    const require = createRequire(import.meta.url)
    const [tf, converter] = packages.map((name) => require(name))
    return withoutNewListeners(() => wasmRuntime(tf, converter, `one thread, on ${process.arch}`))
  },
}

/** Emscripten's loader sets handlers for the whole process, which would end it at any stray rejection. They go again. */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ["uncaughtException", "unhandledRejection"]
  const before = new Set(events.flatMap((event) => process.listeners(event as "uncaughtException")))
  try {
    return await start()
  } finally {
    for (const event of events) {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before.has(listener)) process.removeListener(event, listener)
      }
    }
  }
}
