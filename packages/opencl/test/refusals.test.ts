/** That there is nothing, and that a driver refuses to say what there is, are two things. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { contextKind } from "../src/compat/kinds.js"
import { own } from "../src/compat/objects.js"
import { describePlatforms } from "../src/discovery/platform.js"
import * as cl from "../src/index.js"
import { loadLibrary, type PlatformHandle, useLibrary } from "../src/native/index.js"
import { Platform, platforms } from "../src/objects/index.js"
import { hasCompiler } from "./discovery/icd.js"

const folder = mkdtempSync(join(tmpdir(), "opencl-refusals-"))
afterAll(() => rmSync(folder, { recursive: true }))

const [none, noDevice, noPlatform, outOfMemory] = [0, -1, -1001, -6]

/** What the library answers from now on: statuses, and how many there are. */
let answer: (platforms: number, devices: number, count: number) => void

/** What a call gives, or the code of the error that it throws. device.ts has it too, and loads the system's library. */
function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (cl.OpenCLError.is(error)) return error.code
    throw error
  }
}

describe.skipIf(!hasCompiler)("a library", () => {
  beforeAll(() => {
    const library = join(folder, "refusing.so")
    const source = fileURLToPath(new URL("fixtures/refusing.c", import.meta.url))
    execFileSync("gcc", ["-Wall", "-Wextra", "-shared", "-fPIC", "-o", library, source])
    useLibrary(library)
    answer = loadLibrary().library.func("answer", "void", ["int", "int", "uint"])
  })

  const discovered = () => [...describePlatforms(() => {})].length

  it.each([
    [noPlatform, 0],
    [none, 0],
  ])("that has no platform (%i) has none", (status, count) => {
    answer(status, none, count)
    expect(outcome(cl.getPlatformIDs)).toBe("PLATFORM_NOT_FOUND_KHR")
    expect(outcome(discovered)).toBe(0)
  })

  it("that refuses to list platforms does so in its own words", () => {
    answer(outOfMemory, none, 1)
    for (const call of [cl.getPlatformIDs, platforms, discovered]) expect(outcome(call)).toBe("OUT_OF_HOST_MEMORY")
  })

  it.each([
    [noDevice, 1],
    [none, 0],
  ])("that has no device (%i) has none", (status, count) => {
    answer(none, none, 1)
    const platform = cl.getPlatformIDs()[0] as cl.CLPlatformId
    answer(none, status, count)
    expect(outcome(() => cl.getDeviceIDs(platform))).toBe("DEVICE_NOT_FOUND")
    expect(new Platform(1n as PlatformHandle).devices()).toEqual([])
  })

  it("that refuses to list devices does so in its own words", () => {
    answer(none, outOfMemory, 1)
    const platform = cl.getPlatformIDs()[0] as cl.CLPlatformId
    expect(outcome(() => cl.getDeviceIDs(platform))).toBe("OUT_OF_HOST_MEMORY")
    expect(outcome(() => new Platform(1n as PlatformHandle).devices())).toBe("OUT_OF_HOST_MEMORY")
  })
  it("that has no image formats isn't asked for them", () => {
    answer(none, none, 0)
    const context = own<cl.CLContext>(contextKind, 1n)
    expect(cl.getSupportedImageFormats(context, cl.MEM_READ_WRITE, cl.MEM_OBJECT_IMAGE2D)).toEqual([])
    cl.releaseContext(context)
  })
})
