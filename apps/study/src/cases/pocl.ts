import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { opencl } from "./opencl.js"
import { allNetworks } from "./setting.js"

export function pocl(prepared: Prepared): readonly Case[] {
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
