// What the tests do in a page. Values that can be copied go in and come out.
import { tfjs } from "@strongroom/backend-tfjs/browser"
import {
  formatReport,
  httpSource,
  type InProcessSession,
  openInProcess,
  type Report,
  StrongroomError,
  type TensorData,
  tensor,
} from "@strongroom/core"
import { opfsCache } from "@strongroom/core/page"
import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl"
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import * as converter from "@tensorflow/tfjs-converter"
import * as tf from "@tensorflow/tfjs-core"
import { loadLayersModel } from "@tensorflow/tfjs-layers"
import { graphOf, wayOf } from "../../src/graph.js"

export type EngineName = "auto" | "webgpu" | "webgl" | "wasm"

/** A sealed model, beside the files that it was made of, and what opens it. */
export interface Shipped {
  readonly sealed: string
  readonly json: string
  readonly grant: Uint8Array
  readonly identity: string
  readonly trust: string
  readonly inputs: { readonly [name: string]: { readonly shape: readonly number[]; readonly data: Float32Array } }
  readonly outputs: readonly string[]
}

interface Output {
  readonly shape: readonly number[]
  /** Texts, or bytes. */
  readonly data: readonly string[] | Uint8Array
}

export type Outputs = { readonly [name: string]: Output }

const sessions = new Map<string, InProcessSession>()

/** Opens a sealed model, and gives what the browser has to say of it. */
export async function open(
  shipped: Shipped,
  engine: EngineName,
  { cached = false, wasmPaths = "/wasm/" } = {},
): Promise<{ code?: string; message?: string; report?: Report; text?: string }> {
  const { sealed, grant, identity, trust } = shipped
  const direct = httpSource(sealed)
  const source = cached ? opfsCache().through(sealed, direct) : direct
  try {
    const session = await openInProcess(tfjs({ engine, wasmPaths }), source, { grant, identity, trust: [trust] })
    await sessions.get(sealed)?.close()
    sessions.set(sealed, session)
    const report = session.report()
    return { report, text: formatReport(report) }
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    return { code: error.code, message: error.message }
  }
}

export async function run({ sealed, inputs }: Shipped, times = 1): Promise<Outputs> {
  const session = sessions.get(sealed) as InProcessSession
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, tensor("float32", shape, data)]),
  )
  for (let time = 1; time < times; time++) await session.run(given)
  const outputs = Object.entries(await session.run(given))
  return Object.fromEntries(outputs.map(([name, { shape, data }]) => [name, { shape, data: copied(data) }]))
}

export async function close({ sealed }: Shipped): Promise<void> {
  await sessions.get(sealed)?.close()
  sessions.delete(sealed)
}

/** The same model by TensorFlow.js's own loader, on the engine that is active. */
export async function runPlain({ json, inputs, outputs }: Shipped): Promise<Outputs> {
  const model = await converter.loadGraphModel(json)
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], "float32")]),
  )
  const results = await execute(model, feeds, [...outputs])
  const found = await Promise.all(
    outputs.map(async (name, index) => {
      const result = results[index] as tf.Tensor
      return [name, { shape: result.shape, data: copied((await result.data()) as unknown as TensorData) }] as const
    }),
  )
  tf.dispose([...Object.values(feeds), ...results])
  model.dispose()
  return Object.fromEntries(found)
}

/** The same for a layers model, whose outputs have no names there. */
export async function runPlainLayers({ json, inputs, outputs }: Shipped): Promise<Outputs> {
  const model = await loadLayersModel(json)
  const feeds = Object.values(inputs).map(({ shape, data }) => tf.tensor(data, [...shape], "float32"))
  const results = [model.predict(feeds)].flat()
  const found = await Promise.all(
    results.map(async (result, index) => {
      const data = (await result.data()) as unknown as TensorData
      return [outputs[index] as string, { shape: result.shape, data: copied(data) }] as const
    }),
  )
  tf.dispose([...feeds, ...results])
  model.dispose()
  return Object.fromEntries(found)
}

async function execute(model: GraphModel, feeds: tf.NamedTensorMap, outputs: string[]): Promise<tf.Tensor[]> {
  const nodes = outputs.map((name) => name.replace(/:0$/, ""))
  const isAsync = wayOf(graphOf(model), nodes) === "async"
  const results = isAsync ? model.executeAsync(feeds, outputs) : model.execute(feeds, outputs)
  return [await results].flat()
}

function copied(data: TensorData): readonly string[] | Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : [...(data as readonly string[])]
}

/** TensorFlow.js's own count, and which engine is active. */
export const memory = () => ({ ...tf.memory(), backend: tf.getBackend() })

/** Takes the GPU away from the page, as a driver that is reset does. */
export async function loseGpu(): Promise<void> {
  if (tf.getBackend() === "webgl") {
    const { gl } = (tf.backend() as MathBackendWebGL).gpgpu
    gl.getExtension("WEBGL_lose_context")?.loseContext()
  } else {
    ;(tf.backend() as WebGPUBackend).device.destroy()
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
}

export const runOutcome = (shipped: Shipped) =>
  run(shipped).then(
    () => "ran",
    (error) => (StrongroomError.is(error) ? error.code : String(error)),
  )

/** What any script of the page can do: look for bytes in the memory of WebAssembly, and count where they begin. */
export function findInWasm(bytes: Uint8Array): number {
  const { wasm } = tf.backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } }
  const memory = wasm.HEAPU8
  let found = 0
  for (let at = memory.indexOf(bytes[0] as number); at >= 0; at = memory.indexOf(bytes[0] as number, at + 1)) {
    if (bytes.every((byte, index) => memory[at + index] === byte)) found++
  }
  return found
}

interface FreeTextures {
  readonly freeTextures: { readonly [shape: string]: readonly { texture: WebGLTexture; texShape: [number, number] }[] }
}

/** How many of `values` are in textures that WebGL keeps, after they were freed, for other tensors of their sizes. */
export function foundInFreeTextures(values: Float32Array): number {
  const { gpgpu, ...backend } = tf.backend() as MathBackendWebGL
  const { freeTextures } = (backend as unknown as { readonly textureManager: FreeTextures }).textureManager
  const { gl } = gpgpu
  const framebuffer = gl.createFramebuffer()
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  const held = new Set<number>()
  for (const { texture, texShape } of Object.values(freeTextures).flat()) {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    const [height, width] = texShape
    // As many as there are at most; beyond a packed texture's edge nothing is written.
    const elements = new Float32Array(4 * width * height)
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, elements)
    for (const element of elements) held.add(element)
  }
  gl.bindFramebuffer(gl.FRAMEBUFFER, null)
  gl.deleteFramebuffer(framebuffer)
  return values.filter((value) => held.has(value)).length
}

/** The control: what an app does that keeps a model for the next time, by TensorFlow.js's own means. */
export async function saveInTheClear({ json }: Shipped): Promise<void> {
  const model = await converter.loadGraphModel(json)
  await model.save("indexeddb://model")
  model.dispose()
}

/** Everything that a page can be asked what it has stored. */
export async function stored(): Promise<{
  databases: number
  caches: number
  local: number
  session: number
  files: string[]
}> {
  const files: string[] = []
  const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === "directory") await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`)
      else files.push(`${path}${name}`)
    }
  }
  await walk(await navigator.storage.getDirectory(), "")
  return {
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    local: localStorage.length,
    session: sessionStorage.length,
    files,
  }
}
