import { wasmRuntime } from "../engines/wasm-runtime.js"
import type { Runtime } from "../runtime.js"
import type { StartOptions } from "./engines.js"
import { loadTensorflow, runtimeOf } from "./tensorflow.js"

let isTold = false

/** WebAssembly, with SIMD where the browser has it, and threads where the page has shared memory. */
export async function startWasm({ wasmPaths }: StartOptions): Promise<Runtime> {
  const { tf, converter } = await loadTensorflow()
  const { getThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm")
  // Afterwards it is too late, and TensorFlow.js says so.
  if (!isTold && wasmPaths !== null) setWasmPaths(wasmPaths as Parameters<typeof setWasmPaths>[0])
  isTold = true
  if (!(await tf.setBackend("wasm")))
    throw new Error("WebAssembly can't be started: give the addresses of its binaries.")
  return runtimeOf(tf.backend(), () => {
    const threads = getThreadsCount()
    return wasmRuntime(tf, converter, threads > 1 ? `${threads} threads` : "one thread")
  })
}
