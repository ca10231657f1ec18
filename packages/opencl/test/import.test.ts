/** What importing does: nothing. And what a missing library or driver looks like. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"

const packageRoot = fileURLToPath(new URL("..", import.meta.url))
const empty = mkdtempSync(join(tmpdir(), "opencl-empty-"))
afterAll(() => rmSync(empty, { recursive: true }))

/** Runs code in a process of its own; what it printed, as JSON. */
function run(code: string, type: "module" | "commonjs", environment: NodeJS.ProcessEnv = {}): unknown {
  const printed = execFileSync(process.execPath, [`--input-type=${type}`, "-e", code], {
    cwd: packageRoot,
    env: { ...process.env, ...environment },
    encoding: "utf8",
  })
  return JSON.parse(printed)
}

const look = `
  const listeners = () => process.eventNames().map(String)
  const libraries = () => {
    process.report.excludeNetwork = true
    return process.report.getReport().sharedObjects.filter((name) => /opencl|koffi/i.test(name))
  }
  const state = () => JSON.stringify([Object.getOwnPropertyNames(globalThis), listeners(), libraries()])`

describe.each([
  ["commonjs", `const cl = require("@strongroom/opencl")`],
  ["module", `const cl = await import("@strongroom/opencl")`],
] as const)("importing as %s", (type, statement) => {
  it("loads nothing native, makes no globals and listens to nothing", () => {
    const code = `${look}; const before = state(); ${statement}; const after = state(); cl.getPlatformIDs()
      console.log(JSON.stringify({ before, after, then: libraries() }))`
    const { before, after, then } = run(code, type) as { before: string; after: string; then: string[] }
    expect(after).toBe(before)
    expect(then.join()).toMatch(/koffi.*OpenCL|OpenCL.*koffi/i)
  })

  it("gives functions, constants and errors by name", () => {
    const code = `${statement}; console.log(JSON.stringify([typeof cl.enqueueNDRangeKernel, cl.MEM_READ_ONLY,
      cl.INVALID_CONTEXT.message, cl.INVALID_CONTEXT.status, cl.INVALID_CONTEXT instanceof cl.OpenCLError]))`
    expect(run(code, type)).toEqual(["function", 4, "Invalid context", -34, true])
  })
})

const ask = `const cl = require("@strongroom/opencl")
  try { cl.getPlatformIDs() } catch (error) { console.log(JSON.stringify([error.code, error.status, error.message])) }`

describe("without OpenCL", () => {
  it("says which library is missing, and where its name is from", () => {
    const library = join(empty, "libOpenCL.so.1")
    expect(run(ask, "commonjs", { STRONGROOM_OPENCL_LIBRARY: library })).toEqual([
      "LIBRARY_NOT_FOUND",
      0,
      `OpenCL needs "${library}", which couldn't be loaded. The name is from STRONGROOM_OPENCL_LIBRARY.`,
    ])
  })

  it("takes another library before the first call, and none after it", () => {
    const code = `const cl = require("@strongroom/opencl"); cl.useLibrary("libmissing.so")
      const say = (call) => { try { call() } catch (error) { return error.message } }
      const first = say(cl.getPlatformIDs)
      cl.useLibrary("libOpenCL.so.1"); cl.getPlatformIDs(); cl.useLibrary("libOpenCL.so.1")
      console.log(JSON.stringify([first, say(() => cl.useLibrary("libmissing.so"))]))`
    expect(run(code, "commonjs")).toEqual([
      `OpenCL needs "libmissing.so", which couldn't be loaded. The name is from useLibrary().`,
      `useLibrary("libmissing.so") comes too late: "libOpenCL.so.1" is already in use. Call it before anything else.`,
    ])
  })

  it("says of a library without OpenCL's functions which one is missing", () => {
    const answer = run(ask, "commonjs", { STRONGROOM_OPENCL_LIBRARY: "libc.so.6" }) as string[]
    expect(answer[0]).toBe("FUNCTION_NOT_FOUND")
    expect(answer[2]).toMatch(/^clGetPlatformIDs came with OpenCL 1\.0, and "libc\.so\.6" hasn't got it/)
  })

  it("says of a loader without drivers what to install", () => {
    const answer = run(ask, "commonjs", { OCL_ICD_VENDORS: empty, OCL_ICD_FILENAMES: "" }) as string[]
    expect(answer.slice(0, 2)).toEqual(["PLATFORM_NOT_FOUND_KHR", -1001])
    expect(answer[2]).toMatch(/install your device's, or PoCL/)
  })
})
