import { userInfo } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { type Machine, pathOn, variableOf } from "./machine.js"
import type { SystemSettings } from "./system.js"

/**
 * One place: the first of these whose variables are set. `~` is the user's home, what is relative is in the working
 * folder, `%user` the user's name. `NAME? path` and `NAME=value? path` are for where that variable is set, or is that.
 */
type Place = readonly string[]

const pocl: Place = [
  "$POCL_CACHE_DIR",
  ...["$XDG_CACHE_HOME", "~/.cache"].map((cache) => `POCL_KERNEL_CACHE=0? ${cache}/pocl/uncached`),
  ...["$XDG_CACHE_HOME", "~/.cache"].map((cache) => `${cache}/pocl/kcache`),
]

const temporary = (name: string): Place => [`$TMPDIR/${name}`, `/tmp/${name}`]

/** Below $XDG_CACHE_HOME or ~/.cache, unless a variable names the place itself. */
const cached = (name: string, ...variables: readonly string[]): Place => [
  ...variables.map((variable) => `$${variable}`),
  `$XDG_CACHE_HOME/${name}`,
  `~/.cache/${name}`,
]

/**
 * Where surfaces write, or read what they run, on Linux, by what @strongroom/surfaces says in words: its `where`. What isn't here writes nothing, or
 * where a program says.
 */
export const writingPlaces: { readonly [id: string]: readonly Place[] } = {
  "amd-miopen-cache": [["$MIOPEN_CUSTOM_CACHE_DIR", "~/.cache/miopen"]],
  "amd-miopen-db": [["$MIOPEN_USER_DB_PATH", "~/.config/miopen"]],
  "amd-miopen-dump": [temporary("miopen-*")],
  "amd-comgr-cache": [cached("comgr", "AMD_COMGR_CACHE_DIR")],
  "amd-comgr-temps": [["$TMPDIR", "/tmp"]],
  "amd-clr-dump": [["."], ["$AMD_LOG_LEVEL_FILE"]],
  "amd-windows-caches": [["$AMD_SHADER_DISK_CACHE_PATH", "~/.cache/AMD/VkCache"]],
  clvk: [["$CLVK_CACHE_DIR"], ["$CLVK_COMPILER_TEMP_DIR", "$TMPDIR", "/tmp"]],
  "intel-cpu-opencl": [["."]],
  "intel-igc-dumps": [["$IGC_DumpToCustomDir", "IGC_DumpToCurrentDir? .", "/tmp/IntelIGC"]],
  "intel-neo-cache": [cached("neo_compiler_cache", "NEO_CACHE_DIR")],
  "intel-neo-cache-legacy": [
    ["$cl_cache_dir", "cl_cache"],
    ["$l0_cache_dir", "l0_cache"],
  ],
  "intel-neo-debugkeys-aub": [["$AUBDumpCaptureFileName", "$AUBDumpCaptureDirPath", "."]],
  "intel-neo-debugkeys-file": [["."]],
  "intel-neo-debugkeys-dump": [["$ForceLoggingDirectory", "."]],
  "jax-compilation-cache": [["$JAX_COMPILATION_CACHE_DIR"]],
  "jax-ir-dump": [["$JAX_DUMP_IR_TO"]],
  "level-zero-loader": [["$ZEL_LOADER_LOG_DIR", "~/.oneapi_logs"]],
  "intel-sycl-cache": [cached("libsycl_cache", "SYCL_CACHE_DIR")],
  "mesa-disk-cache": [
    [
      ...["$MESA_SHADER_CACHE_DIR", "$MESA_GLSL_CACHE_DIR", "$XDG_CACHE_HOME", "~/.cache"].map(
        (cache) => `${cache}/mesa_shader_cache*`,
      ),
    ],
  ],
  "mesa-shader-dump": [
    ...["$MESA_SHADER_CAPTURE_PATH", "$MESA_SHADER_DUMP_PATH", "$MESA_LOG_FILE", "$GALLIUM_TRACE", "$INTEL_MEASURE"],
    ...["$MESA_SPIRV_FAIL_DUMP_PATH", "MESA_VK_TRACE? /tmp"],
  ].map((place) => [place]),
  "mesa-clover": [["$CLOVER_DEBUG_FILE"]],
  "node-heap-dumps": [["$NODE_V8_COVERAGE"], ["$NODE_REDIRECT_WARNINGS"], ["."]],
  "nvidia-compute-cache": [["$CUDA_CACHE_PATH", "~/.nv/ComputeCache"]],
  "nvidia-gl-vk-cache": [["$__GL_SHADER_DISK_CACHE_PATH", "~/.nv/GLCache"], ["~/.cache/nvidia/GLCache"]],
  "nvidia-gpu-coredump": [["$CUDA_COREDUMP_FILE", "."]],
  "nvidia-lib-logs": [
    ...["$CUDNN_LOGDEST_DBG", "$CUDNN_FRONTEND_LOG_FILE", "$CUBLAS_LOGDEST_DBG", "$CUBLASLT_LOG_FILE"],
  ].map((place) => [place]),
  "onednn-jit-dump": [["."]],
  "ort-telemetry": [cached("Microsoft/DeveloperTools/.onnxruntime"), temporary("mat-debug-*.log"), temporary(".ses")],
  "ort-debug-node-io": [["$ORT_DEBUG_NODE_IO_OUTPUT_DIR", "."]],
  "ort-tensorrt": [["$ORT_TENSORRT_CACHE_PATH", "$ORT_TENSORRT_ENGINE_CACHE_PATH", "."]],
  "intel-cl-intercept": [["$CLI_DumpDir", "~/CLIntercept_Dump"]],
  "openvino-transformation-dumps": [["."]],
  "openvino-debug-caps": [
    ...["$OV_GPU_DUMP_TENSORS_PATH", "$OV_GPU_DUMP_SOURCES_PATH", "$OV_GPU_DUMP_GRAPHS_PATH", "$OV_GPU_LOG_TO_FILE"],
    ...["$OV_CPU_BLOB_DUMP_DIR", "$OV_CPU_EXEC_GRAPH_PATH"],
  ].map((place) => [place]),
  "pocl-kcache": [pocl],
  "pocl-temp-source": [pocl],
  "pocl-leave-temps": [pocl],
  // Where it takes code from.
  "pocl-cache-poison": [pocl],
  "pocl-debug-trace": [["$POCL_TRACING_OPT", "POCL_TRACING? pocl_trace_events.log"]],
  "pytorch-inductor-cache": [["$TORCHINDUCTOR_CACHE_DIR", ...temporary("torchinductor_%user")]],
  "pytorch-compile-debug": [
    ["$TORCH_COMPILE_DEBUG_DIR", "TORCH_COMPILE_DEBUG? torch_compile_debug"],
    ["$TORCH_TRACE"],
    ["$TORCH_LOGS_OUT"],
  ],
  "pytorch-kernel-cache": [cached("torch/kernels", "PYTORCH_KERNEL_CACHE_PATH")],
  "pytorch-extensions": [cached("torch_extensions", "TORCH_EXTENSIONS_DIR")],
  "tf-dump-graph": [["$TF_DUMP_GRAPH_PREFIX"]],
  "tf-autograph-source": [
    temporary("__autograph_generated_file*.py"),
    temporary("__pycache__/__autograph_generated_file*.pyc"),
  ],
  "tf-file-writer": [["$TF_NODE_FILE_WRITER_DIRECTORY"]],
  "triton-cache": [["$TRITON_CACHE_DIR", "$TRITON_HOME/.triton/cache", "~/.triton/cache"]],
  "triton-dump": [["$TRITON_DUMP_DIR", "~/.triton/dump"]],
}

/** Whole paths, some with `*`; none where the surface says so in words only. */
export function placesOfSurface(id: string, machine: Machine, system: SystemSettings): string[] {
  if (machine.platform !== "linux") return []
  if (id === "os-core-dump") return corePlaces(machine, system)
  return (writingPlaces[id] ?? []).flatMap((place) => {
    for (const way of place) {
      const path = expand(way, machine)
      if (path !== undefined) return [path]
    }
    return []
  })
}

/** Core files of programs that are started here; none where they are handed to a program. */
function corePlaces({ folder }: Machine, { corePattern }: SystemSettings): string[] {
  if (!corePattern || corePattern.startsWith("|")) return []
  return [isAbsolute(corePattern) ? dirname(corePattern) : folder]
}

/** Values that are no path. */
const streams = new Set(["stdout", "stderr", "-"])

function expand(way: string, machine: Machine): string | undefined {
  const [, name, wanted, path = way] = /^(\w+)(?:=(\w+))?\? (.*)$/.exec(way) ?? []
  if (name !== undefined) {
    const value = variableOf(machine, name)
    if (value === undefined || (wanted !== undefined && value !== wanted)) return undefined
  }
  const [, variable, rest = ""] = /^\$(\w+)(.*)$/.exec(path) ?? []
  const value = variable === undefined ? undefined : variableOf(machine, variable)
  if (variable !== undefined && value === undefined) return undefined
  if (value !== undefined) {
    if (streams.has(value)) return value
    return isAbsolute(value) ? join(value, named(rest)) : join(machine.folder, value, named(rest))
  }
  // Not below the root of a machine that is looked at from outside: this is where programs there would write.
  return path.startsWith("/") ? named(path) : pathOn(machine, named(path))
}

const named = (path: string) => (path.includes("%user") ? path.replace("%user", userInfo().username) : path)
