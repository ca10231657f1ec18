import { describe, expect, it } from "vitest"
import { createContext, Device, defaultDevice, devices, Platform, platforms } from "../../src/objects/index.js"
import { device, thrown } from "./fixture.js"

describe("platforms and devices", () => {
  it("are listed by driver, and are the same objects every time", () => {
    const [platform] = platforms()
    expect(platform).toBeInstanceOf(Platform)
    expect(platforms()[0]).toBe(platform)
    expect(platform?.devices()[0]).toBe(devices()[0])
    expect(devices()).toContain(defaultDevice())
    expect(devices().every((each) => each instanceof Device && each.platform.devices().includes(each))).toBe(true)
  })

  it("say what they are", () => {
    const { platform } = device
    expect(platform.name).not.toBe("")
    expect(platform.version).toMatch(/^OpenCL [123]\.\d/)
    expect(platform.extensions).toContain("cl_khr_icd")
    expect(platform.icdSuffix).toMatch(/^\w+$/)
    expect(device.version).toMatch(/^OpenCL [123]\.\d/)
    expect(["cpu", "gpu", "accelerator", "custom"]).toContain(device.type)
    expect(device.computeUnits).toBeGreaterThan(0)
    expect(device.globalMemory).toBeGreaterThanOrEqual(device.largestBuffer)
    expect(device.largestWorkGroupSides).toHaveLength(3)
    expect(device.extensions.size).toBeGreaterThan(0)
    expect(device.extensions).not.toContain("")
    expect(device.subBufferAlignment % 8).toBe(0)
    expect(device.hasDouble).toBe(device.extensions.has("cl_khr_fp64"))
  })

  it("report what a device may lack, without an error where the driver doesn't know the word", () => {
    expect(typeof device.hasSubGroups).toBe("boolean")
    expect(device.hasSubGroups).toBe(device.subGroups > 0 || device.extensions.has("cl_khr_subgroups"))
    expect(typeof device.hasHalf).toBe("boolean")
    expect(typeof device.hasNonUniformWorkGroups).toBe("boolean")
    expect(Array.isArray(device.intermediateLanguages)).toBe(true)
    expect(Object.values(device.sharedVirtualMemory).every((value) => typeof value === "boolean")).toBe(true)
  })

  it("are found by type", () => {
    expect(devices(device.type)).toContain(device)
    for (const wrong of ["fpga", "toString", "CPU"] as never[]) {
      const message = `A device type is one of cpu, gpu, accelerator, custom, not ${wrong}.`
      expect(() => devices(wrong)).toThrow(message)
      expect(() => platforms()[0]?.devices(wrong)).toThrow(message)
    }
  })

  it("make contexts: one, several, never none and nothing else", () => {
    using one = createContext(device)
    using several = createContext([device])
    expect(one.devices).toEqual(several.devices)
    expect(thrown(() => createContext([]))).toBeInstanceOf(RangeError)
    for (const wrong of [null, {}, 1n, [null], "gpu"]) {
      expect(thrown(() => createContext(wrong as never))).toBeInstanceOf(TypeError)
    }
  })
})
