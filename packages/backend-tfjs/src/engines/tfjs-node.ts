import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import util from "node:util"
import type { Needs } from "@strongroom/core/backend"
import type { BackendValues, Tensor } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"
import { placeOf, type SetupName, setupPackages } from "../setup/place.js"
import type { EngineKind, EngineName } from "./engine.js"
import { nvidiaNodes } from "./gpu-nodes.js"
import { packageFolder, packageTree, requireFrom } from "./packages.js"
import { type SavedModelBinding, tensorflowSavedModels } from "./saved-models.js"
import { copyIntoTensorflow, leaveInPlace } from "./tensorflow-memory.js"

/** TensorFlow's own library on the CPU, with its threads. */
export const tfjsNode = tensorflow("tfjs-node", "tfjs-cpu")

/** TensorFlow's own library on an NVIDIA GPU; on the CPU, where it finds none. */
export const tfjsNodeGpu = tensorflow("tfjs-node-gpu", "tfjs-gpu")

function tensorflow(name: EngineName, setup: SetupName): EngineKind {
  return {
    name,
    find({ setupFolder, isNamed }) {
      const devices = setup === "tfjs-gpu" ? nvidiaNodes() : []
      if (setup === "tfjs-gpu" && !isNamed && devices.length === 0) {
        return { missing: "This machine has no device of NVIDIA's." }
      }
      const own = packageFolder(import.meta.url, setupPackages[setup])
      if (own !== undefined && hasBinding(own)) return { place: own, needs: needs(packageTree(own), devices) }
      const root = placeOf(setup, setupFolder)
      const built = join(root, "node_modules", setupPackages[setup])
      if (hasBinding(built)) return { place: built, needs: needs([root], devices) }
      const isInstalled = own === undefined ? "isn't installed" : "is installed without its binding"
      return { missing: `${setupPackages[setup]} ${isInstalled}: run "npx strongroom setup ${setup}".` }
    },
    async start({ place }) {
      addWhatNodeRemoved()
      requireFrom(place)(place)
      return tensorflowRuntime(place)
    },
  }
}

/** The binding is there if the package's install script could download it, or somebody has built it. */
function hasBinding(folder: string): boolean {
  try {
    return readdirSync(join(folder, "lib")).some((name) => existsSync(join(folder, "lib", name, "tfjs_binding.node")))
  } catch {
    return false
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
async function tensorflowRuntime(place: string): Promise<Runtime> {
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
