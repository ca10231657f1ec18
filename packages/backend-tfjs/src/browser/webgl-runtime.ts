import { StrongroomError } from "@strongroom/core/backend"
import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl"
import type { TypedArray } from "@tensorflow/tfjs-core"
import { multiplyOverNothing } from "../empty-products.js"
import type { Runtime } from "../runtime.js"

/** WebGL, when it is TensorFlow.js's engine already. */
export function webglRuntime(tf: Runtime["tf"], converter: Runtime["converter"], backend: MathBackendWebGL): Runtime {
  const { gl } = backend.gpgpu
  const owned = new WeakMap<object, TypedArray>()
  let isClearingPlanned = false

  // TensorFlow.js moves a tensor's elements to the GPU when an operator first needs them there, and forgets its own array.
  const uploadToGPU = backend.uploadToGPU.bind(backend)
  backend.uploadToGPU = (dataId) => {
    uploadToGPU(dataId)
    const values = owned.get(dataId)
    if (values !== undefined && backend.texData.get(dataId).values !== values) {
      values.fill(0)
      owned.delete(dataId)
    }
  }

  multiplyOverNothing(tf, "webgl")
  failWhenLost(backend)
  return {
    tf,
    converter,
    backend: "webgl",
    title: "WebGL",
    device: rendererOf(gl),
    driver: String(gl.getParameter(gl.VERSION)),
    rehearses: false,
    hasComplexNumbers: true,
    // Small tensors are computed with where they are, on the CPU: what is computed where stays as it is.
    upload({ dataId, dtype }) {
      if (dtype === "string" || dtype === "complex64") return
      const data = backend.texData.get(dataId)
      const values = (data.values as TypedArray).slice()
      data.values = values
      owned.set(dataId, values)
    },
    wipe({ dataId }) {
      owned.get(dataId)?.fill(0)
      if (isClearingPlanned) return
      isClearingPlanned = true
      // When all that are wiped together have been freed.
      queueMicrotask(() => {
        isClearingPlanned = false
        clearFreeTextures(backend)
      })
    },
    async check() {
      const error = gl.getError()
      if (gl.isContextLost()) throw gpuLost()
      if (error === gl.OUT_OF_MEMORY) {
        const message = "The GPU has too little memory for this model beside what else it holds."
        throw new StrongroomError("out-of-memory", message)
      }
    },
  }
}

/** TensorFlow.js would wait for ever for a GPU that the browser has taken away, and read zeros of it. */
function failWhenLost(backend: MathBackendWebGL): void {
  const { gl } = backend.gpgpu
  const waiting = new Set<() => void>()
  gl.canvas.addEventListener("webglcontextlost", () => {
    for (const fail of waiting) fail()
  })
  const read = backend.read.bind(backend)
  backend.read = (dataId) =>
    new Promise((resolve, reject) => {
      const fail = () => reject(gpuLost())
      waiting.add(fail)
      if (gl.isContextLost()) fail()
      read(dataId)
        .then(resolve, reject)
        .finally(() => waiting.delete(fail))
    })
}

const gpuLost = () => new StrongroomError("backend-failed", "The GPU was lost. Load the page again.")

/** What is read here of how TensorFlow.js manages textures (tfjs-backend-webgl 4.22, src/texture_manager.ts). */
interface FreeTextures {
  readonly freeTextures: { readonly [shape: string]: readonly { readonly texture: WebGLTexture }[] }
}

/**
 * Overwrites the textures that were freed. TensorFlow.js keeps those as they are for other tensors of their sizes: weights
 * are in some of them, as they were uploaded, as they were packed, and as they were used.
 */
function clearFreeTextures(backend: MathBackendWebGL): void {
  const { freeTextures } = (backend as unknown as { readonly textureManager: FreeTextures }).textureManager
  const { gpgpu } = backend
  const { gl } = gpgpu
  const framebuffer = gl.createFramebuffer()
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  gl.disable(gl.SCISSOR_TEST)
  gl.clearColor(0, 0, 0, 0)
  for (const { texture } of Object.values(freeTextures).flat()) {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
  }
  gl.enable(gl.SCISSOR_TEST)
  gl.bindFramebuffer(gl.FRAMEBUFFER, gpgpu.framebuffer)
  gl.deleteFramebuffer(framebuffer)
}

/** What draws, in the browser's words. */
export function rendererOf(gl: WebGLRenderingContext): string {
  const names = gl.getExtension("WEBGL_debug_renderer_info")
  return String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
}
