import { describe, expect, it } from "vitest"
import { deviceInfo, readInfo } from "../src/info/index.js"
import { cTypes } from "../src/native/c-types.js"
import {
  addressOf,
  check,
  constants,
  cString,
  type DeviceHandle,
  extension,
  made,
  OpenCLError,
  opencl,
  type PlatformHandle,
  pointersTo,
  watchEvent,
} from "../src/native/index.js"
import { versions } from "../src/native/signatures/index.js"

const cl = opencl()

function firstDevice(): { platform: PlatformHandle; device: DeviceHandle } {
  const found = new BigUint64Array(1)
  check(cl.clGetPlatformIDs(1, found, null), "clGetPlatformIDs")
  const platform = found[0] as PlatformHandle
  check(cl.clGetDeviceIDs(platform, constants.DEVICE_TYPE_ALL, 1, found, null), "clGetDeviceIDs")
  return { platform, device: found[0] as DeviceHandle }
}

describe("signatures", () => {
  it("are read as koffi's types", () => {
    expect(cTypes("void *(cl_context context, cl_svm_mem_flags flags, size_t size, cl_uint alignment)")).toEqual({
      result: "void *",
      parameters: ["void *", "uint64", "size_t", "uint32"],
    })
    expect(cTypes("cl_int()")).toEqual({ result: "int32", parameters: [] })
  })

  it("name a type that koffi knows in every function", () => {
    const known = new Set(["void", "void *", "int32", "uint32", "uint64", "size_t"])
    for (const signatures of Object.values(versions))
      for (const signature of Object.values(signatures)) {
        const { result, parameters } = cTypes(signature)
        expect([result, ...parameters].filter((type) => !known.has(type))).toEqual([])
      }
  })
})

describe("a program, with nothing but C's functions", () => {
  it("runs a kernel and reads what it wrote", () => {
    const { device } = firstDevice()
    const context = made("clCreateContext", (errcode) =>
      cl.clCreateContext(null, 1, BigUint64Array.of(device), null, null, errcode),
    )
    const queue = made("clCreateCommandQueueWithProperties", (errcode) =>
      cl.clCreateCommandQueueWithProperties(context, device, null, errcode),
    )
    const source = cString("kernel void twice(global float *x) { size_t i = get_global_id(0); x[i] *= 2; }")
    const program = made("clCreateProgramWithSource", (errcode) =>
      cl.clCreateProgramWithSource(context, 1, pointersTo([source]), null, errcode),
    )
    check(cl.clBuildProgram(program, 0, null, null, null, null), "clBuildProgram")
    const kernel = made("clCreateKernel", (errcode) => cl.clCreateKernel(program, cString("twice"), errcode))
    const numbers = Float32Array.of(1, 2, 3)
    const buffer = made("clCreateBuffer", (errcode) =>
      cl.clCreateBuffer(context, constants.MEM_COPY_HOST_PTR, numbers.byteLength, numbers, errcode),
    )
    check(cl.clSetKernelArg(kernel, 0, 8, BigUint64Array.of(buffer)), "clSetKernelArg")
    check(
      cl.clEnqueueNDRangeKernel(queue, kernel, 1, null, BigUint64Array.of(3n), null, 0, null, null),
      "clEnqueueNDRangeKernel",
    )
    check(
      cl.clEnqueueReadBuffer(queue, buffer, constants.TRUE, 0, numbers.byteLength, numbers, 0, null, null),
      "clEnqueueReadBuffer",
    )
    expect([...numbers]).toEqual([2, 4, 6])
    for (const status of [
      cl.clReleaseMemObject(buffer),
      cl.clReleaseKernel(kernel),
      cl.clReleaseProgram(program),
      cl.clReleaseCommandQueue(queue),
      cl.clReleaseContext(context),
    ])
      expect(status).toBe(0)
  })

  it("says of a status what it means", () => {
    expect(() => check(cl.clGetPlatformIDs(0, null, null), "clGetPlatformIDs")).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", status: -30, call: "clGetPlatformIDs" }),
    )
    expect(() => check(-9999, "clFinish")).toThrow(/clFinish gave the status -9999/)
    try {
      check(-34, "clFinish")
    } catch (error) {
      expect(OpenCLError.is(error)).toBe(true)
      expect((error as Error).message).toMatch(/^Invalid context: clFinish: .*\(CL_INVALID_CONTEXT, -34\)$/)
    }
  })
})

describe("a function of an extension", () => {
  it("comes from the driver, and is called like any other", () => {
    const { platform, device } = firstDevice()
    const create = extension(platform, "clCreateProgramWithILKHR")
    const context = made("clCreateContext", (errcode) =>
      cl.clCreateContext(null, 1, BigUint64Array.of(device), null, null, errcode),
    )
    const noCode = () => made("clCreateProgramWithILKHR", (errcode) => create(context, new Uint8Array(4), 4, errcode))
    expect(noCode).toThrow(OpenCLError)
    expect(extension(platform, "clCreateProgramWithILKHR")).toBe(create)
    cl.clReleaseContext(context)
  })

  it("that the driver hasn't got is named", () => {
    const { platform } = firstDevice()
    expect(() => extension(platform, "clNowhereKHR" as never)).toThrow(/driver has no clNowhereKHR/)
  })
})

describe("memory", () => {
  it("has an address that lasts, however small the view is", () => {
    const small = new Uint8Array(8)
    const address = addressOf(small)
    const garbage = Array.from({ length: 100_000 }, () => new Uint8Array(8))
    expect(garbage.length).toBe(100_000)
    expect(addressOf(small)).toBe(address)
  })
})

describe("information", () => {
  it("can be asked of a device, each parameter that the driver knows", () => {
    const { device } = firstDevice()
    const answered = Object.entries(deviceInfo).filter(([number, kind]) => {
      try {
        const value = readInfo(kind, "clGetDeviceInfo", (...room) =>
          cl.clGetDeviceInfo(device, Number(number), ...room),
        )
        expect(value, `parameter 0x${Number(number).toString(16)}`).toBeDefined()
        return true
      } catch (error) {
        expect(error).toMatchObject({ status: -30 })
        return false
      }
    })
    expect(answered.length).toBeGreaterThan(70)
    const text = readInfo("string", "clGetDeviceInfo", (...room) =>
      cl.clGetDeviceInfo(device, constants.DEVICE_VERSION, ...room),
    )
    expect(text).toMatch(/^OpenCL \d\.\d /)
  })
})

describe("watchEvent", () => {
  it("calls back once the status is reached, and never before it returns", async () => {
    const { device } = firstDevice()
    const context = made("clCreateContext", (errcode) =>
      cl.clCreateContext(null, 1, BigUint64Array.of(device), null, null, errcode),
    )
    const event = made("clCreateUserEvent", (errcode) => cl.clCreateUserEvent(context, errcode))
    const seen: number[] = []
    const reached = new Promise<void>((resolve) => {
      watchEvent(event, constants.COMPLETE, (status) => {
        seen.push(status)
        resolve()
      })
    })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(seen).toEqual([])
    check(cl.clSetUserEventStatus(event, constants.COMPLETE), "clSetUserEventStatus")
    expect(seen).toEqual([])
    await reached
    expect(seen).toEqual([0])
    cl.clReleaseEvent(event)
    cl.clReleaseContext(context)
  })
})
