import { createRequire } from "node:module"
import { StrongroomError } from "@strongroom/core/backend"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { packages } from "./package-folders.js"
import { zeroOutputs } from "./zeroed-outputs.js"

/** What this backend uses of TensorFlow.js. There is one of it a thread, with one active engine. */
export interface Runtime {
  readonly tf: typeof import("@tensorflow/tfjs-core")
  readonly converter: typeof import("@tensorflow/tfjs-converter")
}

/**
 * Loads TensorFlow.js and makes WebAssembly its engine on this thread. The binary is read from the package's own folder.
 *
 * @throws StrongroomError `backend-missing`.
 */
export async function loadRuntime(): Promise<Runtime> {
  const require = createRequire(import.meta.url)
  try {
    const [tf, converter] = packages.map((name) => require(name)) as [Runtime["tf"], Runtime["converter"], unknown]
    const started = await withoutNewListeners(async () => (await tf.setBackend("wasm")) && tf.getBackend() === "wasm")
    if (!started) throw new Error("WebAssembly can't be started.")
    zeroOutputs(tf.backend() as BackendWasm)
    return { tf, converter }
  } catch (cause) {
    throw new StrongroomError(
      "backend-missing",
      `TensorFlow.js can't be loaded. Run "npm install ${packages.join(" ")}", all of one version.`,
      { cause },
    )
  }
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
