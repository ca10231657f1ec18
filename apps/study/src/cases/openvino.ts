import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { auditProgram } from "../programs.js"
import { makeCache, neoDriver } from "./intel-neo.js"
import type { Setting } from "./setting.js"

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

export function openvinoCpu(prepared: Prepared): readonly Case[] {
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

export function openvinoGpu(prepared: Prepared): readonly Case[] {
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
