import { readFileSync } from "node:fs"
import { join } from "node:path"
import util from "node:util"
import type { Needs } from "@strongroom/core/backend"
import type { BackendValues, Tensor } from "@tensorflow/tfjs-core"
import { librariesIn, noNvidiaDevice, whyNoGpu } from "../cuda.js"
import type { Runtime } from "../runtime.js"
import { bindingsIn, changeableSetup } from "../setup/native-files.js"
import { packageIn, placeOf, type SetupName, setupPackages } from "../setup/place.js"
import type { EngineKind, EngineName, FoundEngine, MissingEngine } from "./engine.js"
import { nvidiaNodes } from "./gpu-nodes.js"
import { packageFolder, packageTree, requireFrom } from "./packages.js"
import { type SavedModelBinding, tensorflowSavedModels } from "./saved-models.js"
import { copyIntoTensorflow, leaveInPlace } from "./tensorflow-memory.js"

/**
 * TensorFlow's own library on the CPU, with its threads. tfjs-node-gpu does that, too: `auto` takes it where it is all there
 * is, and where it was loaded to look for a GPU, so that one process never has two TensorFlows.
 */
export const tfjsNode: EngineKind = {
  ...tensorflow("tfjs-node"),
  find({ setupFolder, isNamed }) {
    if (isNamed) return findBinding("tfjs-cpu", setupFolder, [])
    const first: SetupName = nvidiaNodes().length > 0 ? "tfjs-gpu" : "tfjs-cpu"
    const found = findBinding(first, setupFolder, [])
    if ("place" in found) return found
    const other = findBinding(first === "tfjs-cpu" ? "tfjs-gpu" : "tfjs-cpu", setupFolder, [])
    // Where there is neither, the advice is to set up tfjs-cpu.
    return "place" in other || first === "tfjs-gpu" ? other : found
  },
}

/** TensorFlow's own library on an NVIDIA GPU; where the app names it and TensorFlow finds none, on the CPU. */
export const tfjsNodeGpu: EngineKind = {
  ...tensorflow("tfjs-node-gpu"),
  find({ setupFolder, isNamed }) {
    const devices = nvidiaNodes()
    if (!isNamed && devices.length === 0) return { missing: noNvidiaDevice }
    return findBinding("tfjs-gpu", setupFolder, devices)
  },
}

function tensorflow(name: EngineName): Pick<EngineKind, "name" | "start"> {
  return {
    name,
    async start({ place, isNamed, host }) {
      addWhatNodeRemoved()
      requireFrom(place)(place)
      const runtime = await tensorflowRuntime(place)
      if (name === "tfjs-node-gpu" && !runtime.isOnGpu) {
        const reason = whyNoGpu(librariesIn(readMaps()))
        if (!isNamed) throw new Error(reason)
        host.observe("modules.known", { tfjsEngine: name, computesOn: "CPU", reason })
      }
      return runtime
    },
  }
}

/** The user's own where its binding exists, or the one in the folder that the app names. */
function findBinding(
  setup: SetupName,
  setupFolder: string | undefined,
  devices: readonly string[],
): FoundEngine | MissingEngine {
  const own = packageFolder(import.meta.url, setupPackages[setup])
  if (own !== undefined && bindingsIn(own).length > 0) return { place: own, needs: needs(packageTree(own), devices) }
  if (setupFolder !== undefined) {
    const root = placeOf(setup, setupFolder)
    const built = packageIn(setup, root)
    if (bindingsIn(built).length > 0) {
      const problem = changeableSetup(built)
      if (problem === undefined) return { place: built, needs: needs([root], devices) }
      return { missing: `What lies in setupFolder would run in the vault, and ${problem}: take that right away.` }
    }
  }
  const isInstalled = own === undefined ? "isn't installed" : "is installed without its binding"
  const advice = `run "npx strongroom setup ${setup}", and name its folder as setupFolder`
  return { missing: `${setupPackages[setup]} ${isInstalled}: ${advice}.` }
}

/** Not there outside of Linux, where no binding is built. */
function readMaps(): string {
  try {
    return readFileSync("/proc/self/maps", "utf8")
  } catch {
    return ""
  }
}

function needs(read: readonly string[], devices: readonly string[]): Needs {
  return {
    read,
    devices,
    // Its mutexes ask by pthread_getschedparam(3) how their thread is scheduled.
    systemCalls: ["sched_getparam", "sched_getscheduler"],
    environment: { TF_CPP_MIN_LOG_LEVEL: "3" },
  }
}

/** tfjs-node 4.22 calls these, which Node 23 removed. */
function addWhatNodeRemoved(): void {
  const removed = util as { isNullOrUndefined?: unknown; isArray?: unknown }
  removed.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  removed.isArray ??= Array.isArray
}

/** What tfjs-node knows of a tensor. `dtype` is TensorFlow's number of its type, `id` the binding's of the tensor. */
export interface TensorflowTensor {
  readonly shape: readonly number[]
  readonly dtype: number
  readonly id: number
  values: BackendValues | null
  readonly refCount: number
}

/** What this uses of tfjs-node's backend (src/nodejs_kernel_backend.ts). */
export interface TensorflowBackend {
  /** `values` is null once the elements are TensorFlow's. */
  readonly tensorMap: {
    get(dataId: object): TensorflowTensor
    set(dataId: object, tensor: TensorflowTensor): void
  }
  readonly isUsingGpuDevice: boolean
  readonly binding: { readonly TF_Version: string } & SavedModelBinding
  /** Gives numbers of TensorFlow's own tensors, which it makes where there are none yet. */
  getInputTensorIds(tensors: readonly Tensor[]): readonly number[]
}

/** Of the copies of TensorFlow.js that tfjs-node itself uses. */
async function tensorflowRuntime(place: string): Promise<Runtime & { readonly isOnGpu: boolean }> {
  const union = packageFolder(join(place, "package.json"), "@tensorflow/tfjs")
  if (union === undefined) throw new Error("@tensorflow/tfjs, which tfjs-node needs, isn't installed.")
  const require = requireFrom(union)
  const [tf, converter]: [Runtime["tf"], Runtime["converter"]] = [
    require("@tensorflow/tfjs-core"),
    require("@tensorflow/tfjs-converter"),
  ]
  // Loading it has made it the active engine; this thread may have had it, and then another.
  if (!(await tf.setBackend("tensorflow"))) throw new Error("TensorFlow can't be started.")
  const backend = tf.backend() as unknown as TensorflowBackend
  return {
    tf,
    converter,
    loadLayers: async () => require("@tensorflow/tfjs-layers"),
    isOnGpu: backend.isUsingGpuDevice,
    backend: "tensorflow",
    title: "TensorFlow",
    device: `${backend.isUsingGpuDevice ? "NVIDIA GPU" : "CPU"} on ${process.arch}`,
    driver: `TensorFlow ${backend.binding.TF_Version}`,
    rehearses: true,
    hasComplexNumbers: true,
    savedModels: tensorflowSavedModels(tf, backend),
    upload: (tensor) => copyIntoTensorflow(backend, tensor),
    ...(!backend.isUsingGpuDevice && { adopt: (tensor, address) => leaveInPlace(backend, tensor, address) }),
    // TensorFlow's tensors can't be written once they are made, and are freed as they are.
    wipe() {},
  }
}
