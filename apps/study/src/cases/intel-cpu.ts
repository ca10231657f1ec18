import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { opencl } from "./opencl.js"

export function intelCpu(prepared: Prepared): readonly Case[] {
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
