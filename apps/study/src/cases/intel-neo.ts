import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { opencl } from "./opencl.js"
import { allNetworks } from "./setting.js"

/** Without a GPU the driver writes what it would send to one to a file: to nowhere, except where that is what is studied. */
export const neoDriver = (prepared: Prepared) => ({
  ...prepared.drivers["intel-gpu"],
  AUBDumpCaptureFileName: "/dev/null",
})

/** A folder that has the driver keep what it compiles. */
export const makeCache = (work: string) => mkdirSync(join(work, "cl_cache"))

export function neo(prepared: Prepared): readonly Case[] {
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
