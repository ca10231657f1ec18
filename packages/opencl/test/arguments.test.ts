/** Arguments of kernels: their types, sizes and values. */
import { describe, expect, it } from "vitest"
import { argumentType } from "../src/compat/argument-type.js"
import * as cl from "../src/index.js"
import { halfBits } from "../src/native/half.js"
import { build, device, thrown } from "./device.js"

const { context, queue } = device()

/** Runs a kernel that stores its second argument, and gives back the bytes that it stored. */
function stored(type: string, bytes: number, value: cl.ArgumentValue, name: string | null = type): Buffer {
  const kernel = build(context, `kernel void store(global ${type} *to, ${type} value) { *to = value; }`, "store")
  const buffer = cl.createBuffer(context, 0, bytes)
  cl.setKernelArg(kernel, 0, buffer)
  cl.setKernelArg(kernel, 1, name, value)
  cl.enqueueTask(queue, kernel)
  const result = Buffer.alloc(bytes)
  cl.enqueueReadBuffer(queue, buffer, true, 0, bytes, result)
  cl.releaseMemObject(buffer)
  cl.releaseKernel(kernel)
  return result
}

describe("a number", () => {
  it.each<[string, number, cl.ArgumentValue, string]>([
    ["char", 1, -2, "fe"],
    ["uchar", 1, 254, "fe"],
    ["short", 2, -2, "feff"],
    ["ushort", 2, 65534, "feff"],
    ["int", 4, -2, "feffffff"],
    ["uint", 4, 4294967294, "feffffff"],
    ["long", 8, -2, "feffffffffffffff"],
    ["ulong", 8, 2n ** 64n - 2n, "feffffffffffffff"],
    ["float", 4, 1.5, "0000c03f"],
    ["double", 8, 1.5, "000000000000f83f"],
    ["uint4", 16, [1, 2, 3, 4], "01000000020000000300000004000000"],
    ["float2", 8, Float32Array.of(1.5, -1.5), "0000c03f0000c0bf"],
    ["uchar16", 16, Array.from({ length: 16 }, (_, index) => index), "000102030405060708090a0b0c0d0e0f"],
    ["long2", 16, [1n, -1], "0100000000000000ffffffffffffffff"],
  ])("of type %s is passed with its %i bytes", (type, bytes, value, hex) => {
    expect(stored(type, bytes, value).toString("hex")).toBe(hex)
    expect(stored(type, bytes, value, null).toString("hex")).toBe(hex)
  })

  it("of three elements has room for four", () => {
    expect(stored("int3", 16, [1, 2, 3]).subarray(0, 12).toString("hex")).toBe("010000000200000003000000")
  })

  it("of a structure is passed as its bytes", () => {
    const source =
      "typedef struct { int a; float b; } pair; kernel void f(global float *to, pair p) { *to = p.a * p.b; }"
    const kernel = build(context, source, "f")
    const buffer = cl.createBuffer(context, 0, 4)
    const pair = new DataView(new ArrayBuffer(8))
    pair.setInt32(0, 3, true)
    pair.setFloat32(4, 1.5, true)
    cl.setKernelArg(kernel, 0, "float*", buffer)
    cl.setKernelArg(kernel, 1, "pair", pair)
    cl.enqueueTask(queue, kernel)
    const result = new Float32Array(1)
    cl.enqueueReadBuffer(queue, buffer, true, 0, 4, result)
    expect(result[0]).toBe(4.5)
  })

  it.each<[string, unknown, string]>([
    ["int", "5", "INVALID_ARG_VALUE"],
    ["int", 1.5, "INVALID_ARG_VALUE"],
    ["int", 2 ** 32, "INVALID_ARG_VALUE"],
    ["int", 5n, "INVALID_ARG_VALUE"],
    ["int", null, "INVALID_ARG_VALUE"],
    ["float", "1", "INVALID_ARG_VALUE"],
    ["long", 2 ** 60, "INVALID_ARG_VALUE"],
    ["ulong", 2n ** 64n, "INVALID_ARG_VALUE"],
    ["int2", 1, "INVALID_ARG_VALUE"],
    ["int2", [1, "2"], "INVALID_ARG_VALUE"],
    ["int2", [1], "INVALID_ARG_SIZE"],
    ["int2", [1, 2, 3], "INVALID_ARG_SIZE"],
  ])("of type %s can't be %s", (type, value, code) => {
    expect(thrown(() => stored(type, 16, value as cl.ArgumentValue)).code).toBe(code)
  })

  it("can't have another size than the kernel declares", () => {
    expect(thrown(() => stored("int", 4, 5, "long")).message).toMatch(
      /argument 1 has 4 bytes, and the named type has 8/,
    )
  })
})

describe("halves", () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 + 2 ** -40, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [Number.NaN, 0x7e00],
  ])("of %f are 0x%i", (value, bits) => expect(halfBits(value)).toBe(bits))
})

describe("the type of an argument", () => {
  it.each([
    ["float*", "memory"],
    ["__global uint*", "memory"],
    ["cl_mem", "memory"],
    ["image2d_t", "memory"],
    ["__read_only image2d_array_t", "memory"],
    ["sampler_t", "sampler"],
    ["queue_t", "queue"],
    ["local", "local"],
    ["__local float*", "local"],
    ["const unsigned int", "numbers"],
    ["struct pair", "other"],
    ["float5", "other"],
  ])("%s is %s", (name, is) => expect(argumentType(name).is).toBe(is))

  it("is the kernel's own, may come before the value, or after it", () => {
    const kernel = build(context, "kernel void f(global int *x, local int *y, int z) {}", "f")
    const buffer = cl.createBuffer(context, 0, 4)
    expect(cl.setKernelArg(kernel, 0, buffer)).toBe(0)
    expect(cl.setKernelArg(kernel, 0, null, buffer)).toBe(0)
    expect(cl.setKernelArg(kernel, 0, "int*", buffer)).toBe(0)
    expect(cl.setKernelArg(kernel, 0, buffer, "int*")).toBe(0)
    expect(cl.setKernelArg(kernel, 1, 16)).toBe(0)
    expect(cl.setKernelArg(kernel, 1, "local", 16)).toBe(0)
    expect(thrown(() => cl.setKernelArg(kernel, 1, "local", 0)).code).toBe("INVALID_ARG_VALUE")
    expect(thrown(() => cl.setKernelArg(kernel, 3, 0)).code).toBe("INVALID_ARG_INDEX")
    expect(thrown(() => cl.setKernelArg(kernel, -1, 0)).code).toBe("INVALID_ARG_INDEX")
    expect(thrown(() => cl.setKernelArg(kernel, 0, sampler())).code).toBe("INVALID_MEM_OBJECT")
  })

  describe("of an object is what the kernel declares, whatever is named: no bytes are passed as a handle", () => {
    const source = `typedef global int *place;
      kernel void f(global int *x, constant int *y, place z, read_only image2d_t image, sampler_t sampler) {}`
    const kernel = build(context, source, "f", "-cl-kernel-arg-info")
    it.each<[number, string, cl.ArgumentValue, string]>([
      [0, "ulong", 5, "INVALID_MEM_OBJECT"],
      [0, "handle", Buffer.alloc(8, 1), "INVALID_MEM_OBJECT"],
      [0, "uint2", [1, 1], "INVALID_MEM_OBJECT"],
      [0, "local", 8, "INVALID_MEM_OBJECT"],
      [1, "ulong", 5, "INVALID_MEM_OBJECT"],
      [2, "ulong", 5, "INVALID_MEM_OBJECT"],
      [2, "place", Buffer.alloc(8, 1), "INVALID_MEM_OBJECT"],
      [3, "ulong", 5, "INVALID_MEM_OBJECT"],
      [4, "ulong", 5, "INVALID_SAMPLER"],
    ])("argument %i as %s", (at, name, value, code) => {
      expect(thrown(() => cl.setKernelArg(kernel, at, name, value)).code).toBe(code)
    })

    it("an object is passed all the same", () => {
      expect(cl.setKernelArg(kernel, 2, "place", cl.createBuffer(context, 0, 4))).toBe(0)
      expect(cl.setKernelArg(kernel, 4, "ulong", sampler())).toBe(0)
    })
  })

  function sampler(): cl.CLSampler {
    return cl.createSampler(context, true, cl.ADDRESS_CLAMP, cl.FILTER_NEAREST)
  }
})

describe("a memory object that was released", () => {
  it("is no argument any more", () => {
    const kernel = build(context, "kernel void f(global int *x) { *x = 1; }", "f")
    const buffer = cl.createBuffer(context, 0, 4)
    cl.setKernelArg(kernel, 0, buffer)
    cl.enqueueTask(queue, kernel)
    cl.releaseMemObject(buffer)
    const error = thrown(() => cl.enqueueTask(queue, kernel))
    expect(error.code).toBe("INVALID_KERNEL_ARGS")
    expect(error.message).toMatch(/argument 0 is a memory object that was released: set it again/)
    cl.finish(queue)
  })
})

describe("work sizes", () => {
  const kernel = build(context, "kernel void f(global int *x) { x[get_global_id(0)] = 1; }", "f")
  const buffer = cl.createBuffer(context, 0, 4 * 64)
  cl.setKernelArg(kernel, 0, buffer)
  const launch = (...sizes: readonly unknown[]) => {
    const [dimensions, offset, global, local] = sizes as [number, number[], number[], number[]]
    return cl.enqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local)
  }

  it.each<[string, readonly unknown[]]>([
    ["INVALID_WORK_DIMENSION", [0, null, []]],
    ["INVALID_WORK_DIMENSION", [4, null, [1, 1, 1, 1]]],
    ["INVALID_WORK_DIMENSION", ["1", null, [1]]],
    ["INVALID_GLOBAL_WORK_SIZE", [1, null, null]],
    ["INVALID_GLOBAL_WORK_SIZE", [1, null, [8, 8]]],
    ["INVALID_GLOBAL_WORK_SIZE", [1, null, [-8]]],
    ["INVALID_GLOBAL_WORK_SIZE", [1, null, [1.5]]],
    ["INVALID_GLOBAL_OFFSET", [1, [1, 1], [8]]],
    ["INVALID_WORK_GROUP_SIZE", [1, null, [8], [2, 2]]],
    ["INVALID_WORK_GROUP_SIZE", [1, null, [8], [3]]],
  ])("%s for %j", (code, sizes) => expect(thrown(() => launch(...sizes)).code).toBe(code))

  it("that divide are taken", () => {
    expect(launch(1, null, [64], [8])).toBe(0)
    expect(launch(1, [32], [32], null)).toBe(0)
    expect(launch(2, [0, 0], [64, 1], [8, 1])).toBe(0)
    cl.finish(queue)
  })

  it("don't hide an argument that was never set", () => {
    const other = build(context, "kernel void f(global int *x) {}", "f")
    expect(thrown(() => cl.enqueueNDRangeKernel(queue, other, 1, null, [1])).code).toBe("INVALID_KERNEL_ARGS")
  })
})
