import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Case, Network } from "./case.js"
import type { Prepared } from "./prepare.js"

const node = process.execPath
const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
const auditProgram = (name: string) =>
  fileURLToPath(new URL(`../../../packages/audit/test/programs/${name}`, import.meta.url))

/** Every case that this machine has what it needs for, and a line for each subject that it hasn't. */
export function casesFor(prepared: Prepared): { readonly cases: readonly Case[]; readonly missing: readonly string[] } {
  const { drivers, runtimes } = prepared
  const groups: readonly (readonly [name: string, isThere: boolean, cases: () => readonly Case[]])[] = [
    ["PoCL", "pocl" in drivers, () => pocl(prepared)],
    ["Intel's GPU driver", "intel-gpu" in drivers, () => neo(prepared)],
    ["Intel's OpenCL for CPUs", "intel-cpu" in drivers, () => intelCpu(prepared)],
    ["OpenVINO, CPU plugin", "openvino" in runtimes, () => openvinoCpu(prepared)],
    ["OpenVINO, GPU plugin", "openvino" in runtimes && "intel-gpu" in drivers, () => openvinoGpu(prepared)],
    ["ONNX Runtime", true, () => onnxruntime(prepared)],
    ["TensorFlow", "tensorflow" in runtimes, () => tensorflow(prepared)],
    ["Strongroom's vault", true, () => vault(prepared)],
  ]
  return {
    cases: groups.flatMap(([, isThere, cases]) => (isThere ? cases() : [])),
    missing: groups.flatMap(([name, isThere]) => (isThere ? [] : [name])),
  }
}

type Setting = Pick<Case, "setting" | "by"> & Partial<Pick<Case, "cache" | "compared" | "values">>

function opencl(
  { bundles, models }: Prepared,
  subject: string,
  driver: Readonly<Record<string, string>>,
  id: string,
  {
    environment = () => ({}),
    before,
    ...setting
  }: Setting & {
    environment?: (work: string, cache: string) => Record<string, string>
    before?: (work: string) => void
  },
): Case {
  return {
    id,
    subject,
    ...setting,
    run(place, network) {
      before?.(place.work)
      return {
        command: node,
        args: [program("opencl.mjs"), bundles[network]],
        environment: { ...driver, ...environment(place.work, place.cache) },
        model: [models.studied],
      }
    },
  }
}

const allNetworks: readonly Network[] = ["retrained", "other"]

function pocl(prepared: Prepared): readonly Case[] {
  const { POCL_CACHE_DIR: _, ...driver } = prepared.drivers.pocl ?? {}
  const one = (id: string, setting: Parameters<typeof opencl>[4]) => opencl(prepared, "PoCL", driver, id, setting)
  return [
    one("pocl", { setting: "", by: "nobody", cache: "home/.cache/pocl/kcache", compared: allNetworks }),
    one("pocl-no-cache", {
      setting: "POCL_KERNEL_CACHE=0",
      by: "user",
      environment: () => ({ POCL_KERNEL_CACHE: "0" }),
    }),
    one("pocl-temps", {
      setting: "POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES=1",
      by: "user",
      environment: () => ({ POCL_LEAVE_KERNEL_COMPILER_TEMP_FILES: "1" }),
    }),
  ]
}

/** Without a GPU the driver writes what it would send to one to a file: to nowhere, except where that is what is studied. */
const neoDriver = (prepared: Prepared) => ({ ...prepared.drivers["intel-gpu"], AUBDumpCaptureFileName: "/dev/null" })

const makeCache = (work: string) => mkdirSync(join(work, "cl_cache"))

function neo(prepared: Prepared): readonly Case[] {
  const driver = neoDriver(prepared)
  const { AUBDumpCaptureFileName: _, ...capturing } = driver
  const one = (id: string, setting: Parameters<typeof opencl>[4], variables = driver) =>
    opencl(prepared, "Intel GPU driver (NEO)", variables as Record<string, string>, id, setting)
  return [
    one("neo", { setting: "", by: "nobody" }),
    one("neo-cache", {
      setting: "a folder cl_cache in the working directory",
      by: "user",
      before: makeCache,
      cache: "work/cl_cache",
      compared: allNetworks,
    }),
    one("neo-aub", { setting: "SetCommandStreamReceiver (.aub)", by: "user" }, capturing as typeof driver),
    one("neo-igc", {
      setting: "IGC_ShaderDumpEnable=1",
      by: "user",
      environment: (work) => ({ IGC_ShaderDumpEnable: "1", IGC_DumpToCustomDir: `${work}/` }),
    }),
  ]
}

function intelCpu(prepared: Prepared): readonly Case[] {
  const driver = prepared.drivers["intel-cpu"] ?? {}
  const one = (id: string, setting: Parameters<typeof opencl>[4]) =>
    opencl(prepared, "Intel CPU OpenCL", driver, id, setting)
  return [
    one("intel-cpu", { setting: "", by: "nobody" }),
    one("intel-cpu-dump", {
      setting: "CL_CONFIG_DUMP_BIN, _ASM, _DISASSEMBLY",
      by: "user",
      environment: () => ({
        CL_CONFIG_DUMP_BIN: "True",
        CL_CONFIG_DUMP_ASM: "dump.asm",
        CL_CONFIG_DUMP_DISASSEMBLY: "True",
        CL_CONFIG_DUMP_FILE_NAME_PREFIX: "dumped",
      }),
    }),
  ]
}

function openvino(
  { runtimes, models }: Prepared,
  subject: string,
  id: string,
  setting: Setting & {
    device: string
    cached?: boolean
    encrypted?: boolean
    environment?: Readonly<Record<string, string>>
    before?: (work: string) => void
  },
): Case {
  const { device, cached = false, encrypted = false, environment = {}, before, ...rest } = setting
  return {
    id,
    subject,
    ...rest,
    // What the GPU plugin keeps of weights went through a GPU that isn't there.
    ...(cached && device === "CPU" && { cache: "cache", values: true }),
    ...(cached && device === "GPU" && !encrypted && { cache: "cache" }),
    run(place, network) {
      before?.(place.work)
      return {
        command: runtimes.openvino as string,
        args: [
          auditProgram("openvino_model.py"),
          models[network === "other" ? "other" : "studied"],
          device,
          ...(cached ? [place.cache] : []),
          ...(encrypted ? ["encrypted"] : []),
        ],
        environment,
        model: [models.studied],
      }
    },
  }
}

function openvinoCpu(prepared: Prepared): readonly Case[] {
  const one = (id: string, setting: Omit<Parameters<typeof openvino>[3], "device">) =>
    openvino(prepared, "OpenVINO, CPU", id, { device: "CPU", ...setting })
  const variable = (name: string) => ({ setting: `${name}=1`, by: "user" as const, environment: { [name]: "1" } })
  return [
    one("openvino-cpu", { setting: "", by: "nobody" }),
    one("openvino-cpu-cache", { setting: "CACHE_DIR", by: "program", cached: true }),
    one("openvino-cpu-encrypted", {
      setting: "CACHE_DIR and CACHE_ENCRYPTION_CALLBACKS",
      by: "program",
      cached: true,
      encrypted: true,
    }),
    one("openvino-cpu-serialize", variable("OV_ENABLE_SERIALIZE_TRACING")),
    one("openvino-cpu-visualize", variable("OV_ENABLE_VISUALIZE_TRACING")),
    one("openvino-cpu-jit", variable("ONEDNN_JIT_DUMP")),
  ]
}

function openvinoGpu(prepared: Prepared): readonly Case[] {
  const environment = neoDriver(prepared) as Record<string, string>
  const one = (id: string, setting: Omit<Parameters<typeof openvino>[3], "device">) =>
    openvino(prepared, "OpenVINO, GPU", id, { device: "GPU", environment, ...setting })
  return [
    one("openvino-gpu", { setting: "", by: "nobody" }),
    one("openvino-gpu-cl-cache", {
      setting: "a folder cl_cache in the working directory",
      by: "user",
      before: makeCache,
      cache: "work/cl_cache",
    }),
    one("openvino-gpu-cache", { setting: "CACHE_DIR", by: "program", cached: true }),
    one("openvino-gpu-encrypted", {
      setting: "CACHE_DIR and CACHE_ENCRYPTION_CALLBACKS",
      by: "program",
      cached: true,
      encrypted: true,
    }),
  ]
}

function onnxruntime({ models }: Prepared): readonly Case[] {
  const one = (id: string, setting: Setting, options: (cache: string) => object = () => ({})): Case => ({
    id,
    subject: "ONNX Runtime",
    ...setting,
    run: ({ cache }, network) => ({
      command: node,
      args: [
        program("onnxruntime.mjs"),
        models[network === "other" ? "other" : "studied"],
        JSON.stringify(options(cache)),
      ],
      model: [models.studied],
    }),
  })
  return [
    one("onnxruntime", { setting: "", by: "nobody" }),
    one(
      "onnxruntime-optimised",
      { setting: "optimizedModelFilePath", by: "program", cache: "cache", values: true },
      (cache) => ({ optimizedModelFilePath: join(cache, "optimised.onnx") }),
    ),
    one("onnxruntime-profile", { setting: "enableProfiling", by: "program" }, () => ({
      enableProfiling: true,
      profileFilePrefix: "profile",
    })),
  ]
}

function tensorflow({ runtimes, savedModels }: Prepared): readonly Case[] {
  const one = (
    id: string,
    setting: Setting,
    form: "variables" | "constants",
    isCompiled: boolean,
    environment: (work: string, cache: string) => Record<string, string> = () => ({}),
  ): Case => ({
    id,
    subject: `TensorFlow, weights as ${form}${isCompiled ? ", jit_compile" : ""}`,
    ...setting,
    run: ({ work, cache }, network) => {
      const folder = join(savedModels[network === "other" ? "other" : "studied"], form)
      const weights = join(savedModels.studied, form)
      return {
        command: runtimes.tensorflow as string,
        args: [auditProgram("tensorflow_model.py"), folder, ...(isCompiled ? ["jit"] : [])],
        environment: { TF_CPP_MIN_LOG_LEVEL: "2", ...environment(work, cache) },
        model: [
          join(weights, "saved_model.pb"),
          ...(form === "variables" ? [join(weights, "variables/variables.data-00000-of-00001")] : []),
        ],
      }
    },
  })
  const nobody = { setting: "", by: "nobody" } as const
  const user = (setting: string) => ({ setting, by: "user" }) as const
  const graph = (work: string) => ({ TF_DUMP_GRAPH_PREFIX: join(work, "dump"), TF_DUMP_GRAPH_NAME_FILTER: "*" })
  const binary = (work: string) => ({ ...graph(work), TF_DUMP_GRAPH_FMT: "BIN" })
  const xla = (work: string) => ({ XLA_FLAGS: `--xla_dump_to=${join(work, "dump")} --xla_dump_hlo_as_proto` })
  return [
    one("tensorflow", nobody, "variables", true),
    one("tensorflow-constants", nobody, "constants", false),
    one("tensorflow-graph-text", user("TF_DUMP_GRAPH_PREFIX, _NAME_FILTER"), "constants", false, graph),
    one("tensorflow-graph", user("TF_DUMP_GRAPH_PREFIX, _NAME_FILTER, _FMT=BIN"), "constants", false, binary),
    one("tensorflow-graph-variables", user("the same"), "variables", false, binary),
    one("tensorflow-xla", user("XLA_FLAGS=--xla_dump_to, --xla_dump_hlo_as_proto"), "constants", true, xla),
    one("tensorflow-xla-variables", user("the same"), "variables", true, xla),
    one("tensorflow-xla-forced", user("the same and TF_XLA_FLAGS=--tf_xla_auto_jit=2"), "constants", false, (work) => ({
      ...xla(work),
      TF_XLA_FLAGS: "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    })),
    one(
      "tensorflow-xla-cache",
      user("TF_XLA_FLAGS=--tf_xla_persistent_cache_directory"),
      "constants",
      true,
      (_, cache) => ({ TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${cache}` }),
    ),
  ]
}

function vault(prepared: Prepared): readonly Case[] {
  const { drivers, models, sealed } = prepared
  const one = (
    id: string,
    subject: string,
    setting: string,
    given: object,
    folder: string,
    before?: (work: string) => void,
  ): Case => ({
    id,
    subject: `Vault, ${subject}`,
    setting,
    by: setting === "" ? "nobody" : "user",
    run({ work }) {
      before?.(work)
      return {
        command: node,
        args: [program("vault.mjs"), JSON.stringify({ folder, ...given })],
        model: [models.studied],
      }
    },
  })
  const optionsFor = ({ OCL_ICD_VENDORS, STRONGROOM_OPENCL_LIBRARY }: Record<string, string>) => ({
    ...(OCL_ICD_VENDORS && { drivers: OCL_ICD_VENDORS }),
    ...(STRONGROOM_OPENCL_LIBRARY && { library: STRONGROOM_OPENCL_LIBRARY }),
  })
  const { OCL_ICD_VENDORS: _, LD_LIBRARY_PATH: libraries = "", ...environment } = drivers["intel-gpu"] ?? {}
  return [
    one("vault-onnxruntime", "ONNX Runtime", "", { name: "onnxruntime" }, sealed.onnx),
    ...("pocl" in drivers
      ? [one("vault-pocl", "PoCL", "", { name: "opencl", options: optionsFor(drivers.pocl ?? {}) }, sealed.bundle)]
      : []),
    ...("intel-gpu" in drivers
      ? [
          one(
            "vault-neo",
            "Intel GPU driver (NEO)",
            "a folder cl_cache in the working directory",
            {
              name: "opencl",
              options: {
                ...optionsFor(drivers["intel-gpu"] ?? {}),
                libraries: intelLibraries.map((name) => join(libraries, name)),
                read: [libraries],
              },
              environment,
            },
            sealed.bundle,
            makeCache,
          ),
        ]
      : []),
  ]
}

/** What Intel's driver is linked with, in an order in which each finds those before it: it was unpacked, not installed. */
const intelLibraries = [
  ...["libigdgmm.so.12", "libiga64.so.1", "libLLVMSPIRVLib.so.14", "libopencl-clang.so.14"],
  ...["libigc.so.1", "libigdfcl.so.1"],
]
