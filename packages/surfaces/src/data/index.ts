import type { Surface } from "../surface.js"
import { surfaces as amdMiopen } from "./amd-miopen.js"
import { surfaces as amdRocm } from "./amd-rocm.js"
import { surfaces as clvk } from "./clvk.js"
import { surfaces as dawn } from "./dawn.js"
import { surfaces as direct3d } from "./direct3d.js"
import { surfaces as dynamicLoader } from "./dynamic-loader.js"
import { surfaces as instrumentationHooks } from "./instrumentation-hooks.js"
import { surfaces as intelCpuOpencl } from "./intel-cpu-opencl.js"
import { surfaces as intelGraphicsCompiler } from "./intel-graphics-compiler.js"
import { surfaces as intelNeo } from "./intel-neo.js"
import { surfaces as jax } from "./jax.js"
import { surfaces as levelZero } from "./level-zero.js"
import { surfaces as mesa } from "./mesa.js"
import { surfaces as metal } from "./metal.js"
import { surfaces as node } from "./node.js"
import { surfaces as nvidia } from "./nvidia.js"
import { surfaces as onednn } from "./onednn.js"
import { surfaces as onnxruntime } from "./onnxruntime.js"
import { surfaces as onnxruntimeProviders } from "./onnxruntime-providers.js"
import { surfaces as openclLoaders } from "./opencl-loaders.js"
import { surfaces as openvino } from "./openvino.js"
import { surfaces as pocl } from "./pocl.js"
import { surfaces as pytorch } from "./pytorch.js"
import { surfaces as system } from "./system.js"
import { surfaces as tensorflow } from "./tensorflow.js"
import { surfaces as tensorflowJs } from "./tensorflow-js.js"
import { surfaces as triton } from "./triton.js"
import { surfaces as vulkan } from "./vulkan.js"

/** Every surface, by component. */
export const surfaces: readonly Surface[] = [
  ...amdMiopen,
  ...amdRocm,
  ...clvk,
  ...dawn,
  ...direct3d,
  ...dynamicLoader,
  ...instrumentationHooks,
  ...intelCpuOpencl,
  ...intelGraphicsCompiler,
  ...intelNeo,
  ...jax,
  ...levelZero,
  ...mesa,
  ...metal,
  ...node,
  ...nvidia,
  ...onednn,
  ...onnxruntime,
  ...onnxruntimeProviders,
  ...openclLoaders,
  ...openvino,
  ...pocl,
  ...pytorch,
  ...system,
  ...tensorflow,
  ...tensorflowJs,
  ...triton,
  ...vulkan,
]
