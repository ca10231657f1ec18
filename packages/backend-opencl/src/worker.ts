import { type CreateEngine, type Engine, type Json, StrongroomError } from "@strongroom/core/backend"
import { createContext, OpenCLError, preloadLibraries, useLibrary } from "@strongroom/opencl/objects"
import { loadBundle } from "./bundle/load.js"
import { findDevice } from "./device.js"
import { loadNetwork } from "./engine/load.js"
import type { CheckedOptions } from "./options.js"
import { makePlace } from "./place.js"

/** Changes when what is kept of a program means something else. */
const artifactVersion = 1

/** OpenCL, as the module that a vault imports. */
const createEngine: CreateEngine = async (options: Json, host): Promise<Engine> => {
  const checked = options as CheckedOptions
  if (checked.library !== undefined) useLibrary(checked.library)
  loadLinked(checked)
  const device = findDevice(checked)
  const context = createContext(device)
  const place = makePlace(host, context, checked.tuning, checked.kernels)
  const { platform } = device
  return {
    fingerprint: {
      engine: "opencl",
      version: `${artifactVersion}, ${device.version}`,
      device: device.name,
      driver: `${platform.name}, ${platform.version}, ${device.driverVersion}`,
    },
    capabilities: {
      kinds: ["onnx", "file"],
      types: [
        ...(["float16", "bfloat16", "float32", "bool"] as const),
        ...(device.hasDouble ? (["float64"] as const) : []),
        ...(["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const),
      ],
      parallelRuns: 1,
      cancels: false,
      keepsOutputs: false,
    },
    load: (model, load) => (model.kind === "onnx" ? loadNetwork : loadBundle)(place, model, load),
    async close() {
      context.release()
    },
  }
}

/** @throws StrongroomError `backend-missing` */
function loadLinked({ libraries }: CheckedOptions): void {
  try {
    preloadLibraries(libraries)
  } catch (cause) {
    if (!OpenCLError.is(cause)) throw cause
    throw new StrongroomError("backend-missing", cause.message, { cause })
  }
}

export default createEngine
