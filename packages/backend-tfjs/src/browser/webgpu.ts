import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import { webgpuRuntime } from "../engines/webgpu-runtime.js"
import type { Runtime } from "../runtime.js"
import type { StartOptions } from "./engines.js"
import { importPeer, loadTensorflow, runtimeOf } from "./tensorflow.js"

/** WebGPU. */
export async function startWebgpu({ isNamed }: StartOptions): Promise<Runtime> {
  // Types say that every page has it.
  const { gpu } = navigator as { readonly gpu?: GPU }
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" })
  if (!adapter) throw new Error("This page has no GPU by WebGPU.")
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info
  const device = [vendor, architecture, description].filter((text) => text !== "").join(" ") || "a GPU"
  if ((isFallbackAdapter || architecture === "swiftshader") && !isNamed) {
    throw new Error(`The only device, ${device}, is no GPU.`)
  }
  const { tf, converter } = await loadTensorflow()
  const name = "@tensorflow/tfjs-backend-webgpu"
  await importPeer(name, () => import("@tensorflow/tfjs-backend-webgpu"))
  if (!(await tf.setBackend("webgpu"))) throw new Error(`${device} can't be started.`)
  const backend = tf.backend() as WebGPUBackend
  return runtimeOf(backend, () => webgpuRuntime(tf, converter, backend, { device, driver: navigator.userAgent }))
}
