import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { expect, it } from "vitest"
import { areFirst, hasFirstProcessors } from "../src/processors.js"

it.each([
  { device: "tpu" },
  { device: "" },
  { device: null },
  { device: "GPU" },
  { platform: "" },
  { platform: 1 },
  { drivers: "" },
  { drivers: ["/etc"] },
  { library: "" },
  { library: {} },
  { libraries: "/usr/lib/libz.so" },
  { libraries: [""] },
  { read: "/usr" },
  { read: [""] },
  { read: [1] },
  { bindThreads: "yes" },
  { tuning: "fast" },
  { tuning: true },
  { devise: "cpu" },
])("%j is refused", (options) => {
  expect(() => opencl(options as never)).toThrow(TypeError)
})

it("the same options give the same value, which is data, with absolute paths", () => {
  const options = {
    device: "cpu",
    platform: "portable",
    drivers: "drivers",
    library: "./libOpenCL.so",
    libraries: ["linked/libz.so"],
    read: ["data"],
  } as const
  const backend = opencl(options)
  expect(opencl(options)).toEqual(backend)
  expect(structuredClone(backend)).toEqual(backend)
  expect(backend.options).toEqual({
    ...options,
    drivers: resolve("drivers"),
    library: resolve("libOpenCL.so"),
    libraries: [resolve("linked/libz.so")],
    read: [resolve("data")],
    bindThreads: true,
    tuning: "estimated",
  })
  expect(backend.needs.read).toEqual(expect.arrayContaining([resolve("drivers"), resolve("data"), resolve("linked")]))
  expect(backend.needs.environment).toMatchObject({ OCL_ICD_VENDORS: resolve("drivers") })
})

it("a library's name without a folder is looked up where libraries are", () => {
  expect(opencl({ library: "libOpenCL.so.1" }).options).toMatchObject({ library: "libOpenCL.so.1" })
})

it("PoCL binds its threads where each has a processor that this process may use", () => {
  expect(["0", "0-1", "0-127"].map(areFirst)).toEqual([true, true, true])
  expect(["1", "1-3", "0,2", "0-1,4-7", ""].map(areFirst)).toEqual([false, false, false, false, false])
  const bound = hasFirstProcessors() ? { POCL_AFFINITY: "1" } : {}
  expect(opencl().needs.environment).toEqual({ HWLOC_PLUGINS_PATH: "/dev/null", ...bound })
  expect(opencl({ bindThreads: false }).needs.environment).toEqual({ HWLOC_PLUGINS_PATH: "/dev/null" })
})

it("making the value loads nothing native", () => {
  const code = `
    const { opencl } = await import("@strongroom/backend-opencl")
    opencl()
    console.log(process.report.getReport().sharedObjects.filter((path) => /koffi|opencl|pocl/i.test(path)).length)`
  const cwd = new URL("..", import.meta.url)
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd, encoding: "utf8" })).toBe("0\n")
})
