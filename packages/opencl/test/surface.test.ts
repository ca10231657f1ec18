/** Every name of node-opencl 0.4.5, as its sources export them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import * as cl from "../src/index.js"
import { unpack } from "./node-opencl/package.js"

const folder = mkdtempSync(join(tmpdir(), "opencl-surface-"))
afterAll(() => rmSync(folder, { recursive: true }))
unpack(folder)

const sources = ["src", "original"].flatMap((part) =>
  readdirSync(join(folder, part)).map((name) => readFileSync(join(folder, part, name), "utf8")),
)
const names = (pattern: RegExp) => [
  ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name]) => name as string))),
]
const surface: Record<string, unknown> = cl

/** Errors in node-opencl are constants in OpenCL: those that it made numbers are errors here too. */
const errors = new Set(["INVALID_PIPE_SIZE", "INVALID_DEVICE_QUEUE", "PLATFORM_NOT_FOUND_KHR"])

describe("node-opencl's names", () => {
  it("include all its functions", () => {
    const functions = names(/SetMethod\(target, "(\w+)"/g)
    expect(functions.length).toBeGreaterThan(85)
    expect(functions.filter((name) => typeof surface[name] !== "function")).toEqual([])
  })

  it("include all its constants", () => {
    const constants = names(/^\s*JS_CL_CONSTANT\((\w+)\)/gm)
    expect(constants.length).toBeGreaterThan(330)
    expect(constants.filter((name) => typeof surface[name] !== "number" && !errors.has(name))).toEqual([])
    expect(names(/NODE_DEFINE_CONSTANT_VALUE\(target, "(\w+)"/g).filter((name) => !(name in cl))).toEqual([])
  })

  it("include all its errors", () => {
    const constants = [...names(/^\s*JS_CL_ERROR\((\w+)\)/gm), ...errors]
    expect(constants.length).toBeGreaterThan(60)
    expect(constants.filter((name) => !(surface[name] instanceof cl.OpenCLError))).toEqual([])
  })

  it("include what its lib/opencl.js adds, as exports and not as globals", () => {
    const wrappers = names(/global\.(WebCL\w+)=/g)
    expect(wrappers.length).toBe(9)
    for (const name of wrappers) {
      expect(new (surface[name] as new (wrapped: unknown) => { _: unknown })("it")._).toBe("it")
      expect(name in globalThis).toBe(false)
    }
  })

  it("have node-opencl's words in their errors", () => {
    const words = names(/case CL_\w+:\s+return ("[^"]+")/g).map((text) => JSON.parse(text) as string)
    const ours = Object.values(surface)
      .filter(cl.OpenCLError.is)
      .map((error) => error.message)
    expect(words.filter((text) => text !== "Success!" && !ours.includes(text))).toEqual([])
  })
})
