import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl"
import type { Runtime } from "../runtime.js"
import type { StartOptions } from "./engines.js"
import { importPeer, loadTensorflow, runtimeOf } from "./tensorflow.js"
import { rendererOf, webglRuntime } from "./webgl-runtime.js"

/** WebGL 2, or 1. */
export async function startWebgl({ isNamed }: StartOptions): Promise<Runtime> {
  if (!isNamed && !hasGpu()) throw new Error("This page has no GPU by WebGL.")
  const { tf, converter } = await loadTensorflow()
  await importPeer("@tensorflow/tfjs-backend-webgl", () => import("@tensorflow/tfjs-backend-webgl"))
  if (!(await tf.setBackend("webgl"))) throw new Error("WebGL can't be started in this page.")
  const backend = tf.backend() as MathBackendWebGL
  return runtimeOf(backend, () => webglRuntime(tf, converter, backend))
}

/** Browsers draw by the CPU where there is no GPU, unless they are told not to; and some then, too. */
function hasGpu(): boolean {
  const canvas = typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(1, 1)
  const context = canvas.getContext("webgl2", { failIfMajorPerformanceCaveat: true }) as WebGL2RenderingContext | null
  if (context === null) return false
  const renderer = rendererOf(context)
  context.getExtension("WEBGL_lose_context")?.loseContext()
  return !/swiftshader|llvmpipe|softpipe|basic render|software/i.test(renderer)
}
