import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { multiplyOverNothing } from "../empty-products.js"
import type { Runtime } from "../runtime.js"
import { afterChecks, keepWithinTensors } from "./wasm-bounds.js"
import { zeroOutputs } from "./wasm-outputs.js"

/**
 * Makes WebAssembly the engine of modules that are loaded, @tensorflow/tfjs-backend-wasm among them: in Node and in pages.
 * `where` ends the description of the device.
 *
 * @throws Error where WebAssembly can't be started.
 */
export async function wasmRuntime(tf: Runtime["tf"], converter: Runtime["converter"], where: string): Promise<Runtime> {
  if (!(await tf.setBackend("wasm")) || tf.getBackend() !== "wasm") throw new Error("WebAssembly can't be started.")
  const backend = tf.backend() as BackendWasm
  zeroOutputs(backend)
  keepWithinTensors(tf)
  multiplyOverNothing(tf, "wasm")
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")
  return {
    tf,
    converter,
    backend: "wasm",
    title: "WebAssembly",
    device: `wasm${simd ? " with SIMD" : ""}, ${where}`,
    driver: "none",
    rehearses: true,
    hasComplexNumbers: false,
    afterChecks,
    // Every tensor is copied into WebAssembly's memory when it is made.
    upload() {},
    // Once a model has run there are copies of some weights that XNNPACK has packed: nobody else knows where.
    wipe(tensor) {
      if (tensor.dtype !== "string") backend.typedArrayFromHeap(tensor).fill(0)
    },
  }
}
