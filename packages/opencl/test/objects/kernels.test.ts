import { describe, expect, it } from "vitest"
import { createContext, type Kernel, local, OpenCLError } from "../../src/objects/index.js"
import { context, device, program, queue, thrown } from "./fixture.js"

const types = context.createProgramSync(`
typedef struct { int whole; float part; } pair;
#define KERNEL(name, type) kernel void take_##name(global type *to, type value) { to[0] = value; }
KERNEL(char, char) KERNEL(uchar, uchar) KERNEL(short, short) KERNEL(ushort, ushort) KERNEL(int, int) KERNEL(uint, uint)
KERNEL(long, long) KERNEL(ulong, ulong) KERNEL(float, float) KERNEL(double, double)
KERNEL(int2, int2) KERNEL(float3, float3) KERNEL(uchar4, uchar4) KERNEL(long8, long8) KERNEL(double16, double16)
KERNEL(pair, pair)
kernel void sum(global const int *from, global int *to, local int *parts) {
  size_t i = get_local_id(0);
  parts[i] = from[get_global_id(0)];
  barrier(CLK_LOCAL_MEM_FENCE);
  if (i == 0) { int all = 0; for (size_t k = 0; k < get_local_size(0); k++) all += parts[k]; to[get_group_id(0)] = all; }
}
kernel __attribute__((reqd_work_group_size(4, 1, 1))) void fours(global int *to) { to[get_global_id(0)] = 4; }
kernel void nothing(void) {}
`)

async function taken<Memory extends NodeJS.TypedArray>(name: string, value: unknown, into: Memory): Promise<Memory> {
  using kernel = types.createKernel(`take_${name}`)
  using to = context.createBuffer(into.byteLength)
  kernel.setArguments(to, value as number).enqueue(queue, 1)
  return to.read(queue, into)
}

describe("a kernel", () => {
  it("runs", async () => {
    using a = context.createBuffer(Float32Array.of(1, 2, 3))
    using b = context.createBuffer(Float32Array.of(10, 20, 30))
    using sum = context.createBuffer(12)
    using add = program.createKernel("add")
    add.setArguments(a, b, sum).enqueue(queue, 3)
    expect(await sum.read(queue, new Float32Array(3))).toEqual(Float32Array.of(11, 22, 33))
  })

  it("knows its arguments", () => {
    using scale = program.createKernel("scale")
    expect(scale.name).toBe("scale")
    expect(scale.argumentCount).toBe(2)
    expect(scale.arguments).toMatchObject([
      { name: "values", type: "float*", address: "global", isConst: false, expects: { kind: "buffer" } },
      { name: "factor", type: "float", address: "private", expects: { kind: "number", scalar: "float", lanes: 1 } },
    ])
  })

  it("keeps its arguments, and takes a new one alone", async () => {
    using values = context.createBuffer(Float32Array.of(1))
    using scale = program.createKernel("scale")
    scale.setArguments(values, 3).enqueue(queue, 1)
    scale.enqueue(queue, 1)
    scale.setArgument(1, 10).enqueue(queue, 1)
    expect(await values.read(queue, new Float32Array(1))).toEqual(Float32Array.of(90))
  })

  it("runs in two dimensions, in groups, with an offset", async () => {
    using x = context.createBuffer(new Uint32Array(24))
    using y = context.createBuffer(new Uint32Array(24))
    using ids = program.createKernel("ids")
    ids.setArguments(x, y).enqueue(queue, [4, 4], { local: [2, 2], offset: [0, 2] })
    const [xs, ys] = [new Uint32Array(24), new Uint32Array(24)]
    await Promise.all([x.read(queue, xs), y.read(queue, ys)])
    expect(Array.from(xs.subarray(8))).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    expect(Array.from(ys.filter((_, index) => index % 4 === 0))).toEqual([0, 0, 200, 301, 400, 501])
  })

  it("has local memory", async () => {
    using from = context.createBuffer(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8))
    using to = context.createBuffer(8)
    using sum = types.createKernel("sum")
    sum.setArguments(from, to, local(16)).enqueue(queue, 8, { local: 4 })
    expect(await to.read(queue, new Int32Array(2))).toEqual(Int32Array.of(10, 26))
  })

  it("tells what bounds its groups", () => {
    using fours = types.createKernel("fours")
    expect(fours.workGroup()).toMatchObject({ required: [4, 1, 1] })
    expect(fours.workGroup(device).largest).toBeGreaterThanOrEqual(4)
    using sum = types.createKernel("sum")
    expect(sum.workGroup().required).toBeUndefined()
    if (!device.hasSubGroups) expect(thrown(() => sum.subGroups(4))).toBeInstanceOf(RangeError)
    else expect(sum.subGroups(4).count).toBeGreaterThan(0)
  })
})

describe("numbers", () => {
  it.each([
    ["char", -128, Int8Array.of(-128)],
    ["uchar", 255, Uint8Array.of(255)],
    ["short", -32768, Int16Array.of(-32768)],
    ["ushort", 65535, Uint16Array.of(65535)],
    ["int", -(2 ** 31), Int32Array.of(-(2 ** 31))],
    ["uint", 2 ** 32 - 1, Uint32Array.of(2 ** 32 - 1)],
    ["long", -(2n ** 63n), BigInt64Array.of(-(2n ** 63n))],
    ["long", 5, BigInt64Array.of(5n)],
    ["ulong", 2n ** 64n - 1n, BigUint64Array.of(2n ** 64n - 1n)],
    ["float", 0.1, Float32Array.of(0.1)],
    ["float", Number.NEGATIVE_INFINITY, Float32Array.of(Number.NEGATIVE_INFINITY)],
    ["double", 0.1, Float64Array.of(0.1)],
    ["int", Int32Array.of(7), Int32Array.of(7)],
    ["int2", [1, -2], Int32Array.of(1, -2)],
    ["uchar4", Uint8Array.of(1, 2, 3, 255), Uint8Array.of(1, 2, 3, 255)],
    ["long8", [1n, 2n, 3n, 4n, 5, 6, 7, 8], BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n)],
    [
      "double16",
      Float64Array.from({ length: 16 }, (_, i) => i / 3),
      Float64Array.from({ length: 16 }, (_, i) => i / 3),
    ],
  ])("arrive as %s", async (name, value, expected) => {
    if (name.startsWith("double") && !device.hasDouble) return
    const into = new (expected.constructor as new (length: number) => NodeJS.TypedArray)(expected.length)
    expect(await taken(name, value, into)).toEqual(expected)
  })

  it("of three lanes arrive", async () => {
    expect((await taken("float3", [1, 2, 3], new Float32Array(4))).subarray(0, 3)).toEqual(Float32Array.of(1, 2, 3))
  })

  it("in a struct arrive as bytes", async () => {
    const bytes = new DataView(new ArrayBuffer(8))
    bytes.setInt32(0, 5, true)
    bytes.setFloat32(4, 0.5, true)
    expect(await taken("pair", bytes, new Int32Array(2))).toEqual(new Int32Array(bytes.buffer))
  })

  it.each([
    ["char", 128],
    ["uchar", -1],
    ["short", 1.5],
    ["uint", -1],
    ["int", 2 ** 31],
    ["int", Number.NaN],
    ["ulong", -1n],
    ["long", 2 ** 53],
    ["ulong", 2n ** 64n],
  ])("that don't fit %s are refused: %s", async (name, value) => {
    await expect(taken(name, value, new Int8Array(8))).rejects.toBeInstanceOf(RangeError)
  })

  it.each([
    ["int", "5"],
    ["int", true],
    ["int", null],
    ["int", [5]],
    ["int", Int32Array.of(1, 2)],
    ["int2", 5],
    ["int2", [1, 2, 3]],
    ["int2", ["1", "2"]],
    ["int2", new DataView(new ArrayBuffer(8))],
    ["pair", 5],
    ["pair", { whole: 5 }],
    ["pair", context.createBuffer(8)],
    ["pair", queue],
    ["pair", local(8)],
  ])("are refused where %s takes none: %o", async (name, value) => {
    await expect(taken(name, value, new Int8Array(8))).rejects.toBeInstanceOf(TypeError)
  })
})

describe("arguments", () => {
  const buffer = context.createBuffer(16)

  it.each<[string, (kernel: Kernel) => unknown, RegExp]>([
    ["too few", (kernel) => kernel.setArguments(buffer), /takes 2 arguments, not 1/],
    ["too many", (kernel) => kernel.setArguments(buffer, 1, 2), /takes 2 arguments, not 3/],
    [
      "a number for a buffer",
      (kernel) => kernel.setArgument(0, 5),
      /\(float\* values\).* takes DeviceBuffer or Shared/,
    ],
    ["null for a buffer", (kernel) => kernel.setArgument(0, null as never), /takes DeviceBuffer .*, not null/],
    [
      "host memory for a buffer",
      (kernel) => kernel.setArgument(0, new Float32Array(4)),
      /not an object of Float32Array/,
    ],
    ["local memory for a buffer", (kernel) => kernel.setArgument(0, local(4)), /not an object of LocalMemory/],
    ["a sampler for a buffer", (kernel) => kernel.setArgument(0, context.createSampler()), /not an object of Sampler/],
    [
      "a buffer for a number",
      (kernel) => kernel.setArgument(1, buffer),
      /Argument 1 \(float factor\).* takes a number/,
    ],
  ])("are refused by a TypeError: %s", (_, action, message) => {
    using kernel = program.createKernel("scale")
    const error = thrown(() => action(kernel))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })

  it.each([-1, 2, 0.5, Number.NaN, "0"])("have no number %s", (index) => {
    using kernel = program.createKernel("scale")
    expect(thrown(() => kernel.setArgument(index as number, 1))).toBeInstanceOf(RangeError)
  })

  it("that are missing are named", () => {
    using kernel = program.createKernel("scale")
    kernel.setArgument(0, buffer)
    expect(() => kernel.enqueue(queue, 1)).toThrow("Argument 1 (float factor) of the kernel scale isn't set")
  })

  it("that were released are named", () => {
    using kernel = program.createKernel("scale")
    const gone = context.createBuffer(4)
    kernel.setArguments(gone, 1)
    gone.release()
    expect(() => kernel.enqueue(queue, 1)).toThrow("is a buffer that has been released")
    expect(thrown(() => kernel.setArgument(0, gone))).toBeInstanceOf(TypeError)
  })

  it("of another context are refused", () => {
    using other = createContext(device)
    using foreign = other.createBuffer(4)
    using kernel = program.createKernel("scale")
    expect(() => kernel.setArgument(0, foreign)).toThrow("belongs to another context")
    expect(thrown(() => kernel.setArguments(buffer, 1).enqueue(other.createQueue(), 1))).toBeInstanceOf(TypeError)
  })

  it("needn't be there", () => {
    using nothing = types.createKernel("nothing")
    expect(nothing.setArguments().enqueue(queue, 1)).toBeUndefined()
  })

  it("of a program from binaries, which knows no types, are bytes and objects", async () => {
    using made = await context.createProgram({ binaries: program.binaries() })
    using scale = made.createKernel("scale")
    using values = context.createBuffer(Float32Array.of(2))
    if (scale.arguments === undefined) expect(() => scale.setArgument(1, 3)).toThrow("pass its bytes")
    scale.setArguments(values, Float32Array.of(3)).enqueue(queue, 1)
    expect(await values.read(queue, new Float32Array(1))).toEqual(Float32Array.of(6))
  })
})

describe("work sizes", () => {
  const scale = program.createKernel("scale")
  scale.setArguments(context.createBuffer(4096), 1)

  it.each<[string, number | number[], object]>([
    ["no items", 0, {}],
    ["half an item", 1.5, {}],
    ["no dimension", [], {}],
    ["four dimensions", [1, 1, 1, 1], {}],
    ["a local size that doesn't divide", 10, { local: 4 }],
    ["a local size of other dimensions", [8, 8], { local: 4 }],
    ["a local size of 0", 8, { local: 0 }],
    ["a group that is too large", 2 ** 20, { local: 2 ** 20 }],
    ["an offset below 0", 8, { offset: -1 }],
    ["an offset of other dimensions", 8, { offset: [0, 0] }],
  ])("are refused by a RangeError: %s", (_, global, options) => {
    expect(thrown(() => scale.enqueue(queue, global, options))).toBeInstanceOf(RangeError)
  })

  it("have to be what the kernel requires", () => {
    using fours = types.createKernel("fours")
    using to = context.createBuffer(32)
    fours.setArguments(to)
    expect(() => fours.enqueue(queue, 8, { local: 2 })).toThrow("reqd_work_group_size is 4, 1, 1")
    expect(() => fours.enqueue(queue, 8)).toThrow("pass it as local")
    expect(fours.enqueue(queue, 8, { local: 4 })).toBeUndefined()
  })

  it("that don't divide are left to a driver that can do them, or to the driver alone to judge", async () => {
    using made = await context.createProgram({ binaries: program.binaries() })
    using unknown = made.createKernel("scale")
    using values = context.createBuffer(40)
    unknown.setArguments(values, Float32Array.of(1))
    const error = thrown(() => unknown.enqueue(queue, 10, { local: 4 }))
    if (error instanceof OpenCLError) expect(error.code).toBe("INVALID_WORK_GROUP_SIZE")
    else expect(error.message).toBe("Nothing was thrown.")
  })
})
