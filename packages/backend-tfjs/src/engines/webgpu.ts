import { createRequire } from "node:module"
import { delimiter } from "node:path"
import { gpuDeviceNodes } from "@strongroom/core/node"
import type { Runtime } from "../runtime.js"
import type { EngineKind, StartOptions } from "./engine.js"
import { packageFolders } from "./packages.js"
import { vulkanDrivers, vulkanNeeds } from "./vulkan.js"
import { webgpuRuntime } from "./webgpu-runtime.js"

const modules = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-converter", "@tensorflow/tfjs-backend-webgpu"] as const
/** The last is Dawn, Chromium's WebGPU, built for Node: on Vulkan here, on Metal or Direct3D elsewhere. */
const packages = [...modules, "webgpu"] as const

/** WebGPU, on any GPU with a driver for Vulkan, Metal or Direct3D 12. */
export const webgpu: EngineKind = {
  name: "webgpu",
  find({ vulkan, isNamed }) {
    const folders = packageFolders(import.meta.url, packages)
    if (folders === undefined) return { missing: `Run "npm install ${packages.join(" ")}".` }
    if (process.platform !== "linux") return { place: "", needs: { read: folders } }
    const devices = gpuDeviceNodes()
    if (devices.length === 0 && !isNamed) return { missing: "There is no GPU: no device node of one in /dev." }
    const drivers = vulkanDrivers(vulkan)
    if (drivers.length === 0) return { missing: "There is no driver for Vulkan: install your GPU's." }
    const { read = [], ...needs } = vulkanNeeds(drivers, vulkan)
    return {
      place: (vulkan.libraries ?? []).join(delimiter),
      needs: { ...needs, devices, read: [...folders, ...read], systemCalls },
    }
  },
  start(options) {
    started ??= startDawn(options).catch((error) => {
      started = undefined
      throw error
    })
    return started
  },
}

/** There is one a thread, as there is one TensorFlow.js. */
let started: Promise<Runtime> | undefined

async function startDawn({ place, isNamed }: StartOptions): Promise<Runtime> {
  await loadLibraries(place === "" ? [] : place.split(delimiter))
  const { create, globals } = await import("webgpu")
  define(globals)
  const gpu = create([])
  alive.push(gpu)
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" })
  if (adapter === null) throw new Error("No driver for Vulkan, Metal or Direct3D can be loaded, or none has a device.")
  const { info } = adapter
  const device = `WebGPU on ${info.device || info.vendor}`
  if (!isNamed && info.isFallbackAdapter) throw new Error(`The only device, ${info.description}, is no GPU.`)
  const require = createRequire(import.meta.url)
  const [tf, converter] = await withNavigator(gpu, async () => {
    const [core, ...others] = modules.map((name) => require(name))
    if (!(await core.setBackend("webgpu"))) throw new Error(`${device} can't be started.`)
    return [core, ...others]
  })
  const { version } = require("webgpu/package.json")
  return webgpuRuntime(tf, converter, tf.backend(), { device, driver: `Dawn ${version}, ${info.description}` })
}

/** Dawn ends when this object is collected, also while its devices are in use: the next event crashes the process. */
const alive: GPU[] = []

/** What Dawn and drivers call beyond a vault's own: seen by scripts/system-calls.mjs, with SwiftShader and lavapipe. */
const systemCalls: readonly string[] = ["sched_setaffinity", "flock", "rename"]

async function loadLibraries(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const { default: koffi } = await import("koffi")
  for (const path of paths) koffi.load(path, { global: true })
}

/** TensorFlow.js knows WebGPU's classes and flags by the global names that they have in a page. */
function define(globals: object): void {
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
}

/** TensorFlow.js looks for WebGPU in `navigator` while it is loaded and started; others may take that for a page. */
async function withNavigator<T>(gpu: GPU, action: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator")
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true })
  try {
    return await action()
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, "navigator")
    else Object.defineProperty(globalThis, "navigator", before)
  }
}
