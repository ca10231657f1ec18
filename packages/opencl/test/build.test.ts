/** Programs that build, and those that don't. */
import { describe, expect, it } from "vitest"
import * as cl from "../src/index.js"
import { build, device, isPocl, thrown } from "./device.js"

const { context, queue, device: first } = device()
const good = "kernel void one(global int *x) { *x = 1; }"
const bad = "kernel void one(global int *x) { *x = undeclared_thing; }"

/** What the program's kernel of that name writes into an int. */
function writtenBy(program: cl.CLProgram, name: string): number | undefined {
  const kernel = cl.createKernel(program, name)
  const buffer = cl.createBuffer(context, 0, 4)
  cl.setKernelArg(kernel, 0, "int*", buffer)
  cl.enqueueTask(queue, kernel)
  const result = new Int32Array(1)
  cl.enqueueReadBuffer(queue, buffer, true, 0, 4, result)
  return result[0]
}

describe("source that doesn't compile", () => {
  it.each([cl.buildProgram, cl.compileProgram])("makes a function throw what the compiler printed", (make) => {
    const error = thrown(() => make(cl.createProgramWithSource(context, bad)))
    expect(["BUILD_PROGRAM_FAILURE", "COMPILE_PROGRAM_FAILURE"]).toContain(error.code)
    expect(error.buildLog).toMatch(/undeclared_thing/)
    expect(error.message).toMatch(/undeclared_thing/)
  })

  it("is told to a callback as an error, and throws nothing", async () => {
    const program = cl.createProgramWithSource(context, bad)
    const [built, userData, error] = await new Promise<unknown[]>((resolve) => {
      expect(cl.buildProgram(program, null, null, (...values) => resolve(values), "data")).toBe(0)
    })
    expect([built, userData]).toEqual([program, "data"])
    expect(error).toMatchObject({ buildLog: expect.stringMatching(/undeclared_thing/) })
    expect(cl.getProgramBuildInfo(program, first, cl.PROGRAM_BUILD_STATUS)).toBe(cl.BUILD_ERROR)
  })

  it("has options that are refused by name", () => {
    const program = cl.createProgramWithSource(context, good)
    expect(thrown(() => cl.buildProgram(program, null, "-not-an-option")).code).toBe("INVALID_BUILD_OPTIONS")
    expect(thrown(() => cl.buildProgram(program, null, 5 as never)).code).toBe("INVALID_BUILD_OPTIONS")
    expect(thrown(() => cl.buildProgram(program, null, "-DA\0-DB")).message).toMatch(/U\+0000/)
  })
})

describe("a specialization constant", () => {
  it.each<[number, unknown, unknown]>([
    [-1, Int32Array.of(1), "INVALID_SPEC_ID"],
    [1.5, Int32Array.of(1), "INVALID_SPEC_ID"],
    [0, null, "INVALID_VALUE"],
    [0, new Uint8Array(0), "INVALID_VALUE"],
    [0, 5, TypeError],
  ])("of id %s isn't set to %s", (id, value, error) => {
    const program = cl.createProgramWithSource(context, good)
    const set = () => cl.setProgramSpecializationConstant(program, id, value as Int32Array)
    if (error === TypeError) expect(set).toThrow(TypeError)
    else expect(thrown(set).code).toBe(error)
  })
})

describe("a kernel that isn't there", () => {
  it("is refused by name", () => {
    const program = cl.createProgramWithSource(context, good)
    expect(thrown(() => cl.createKernel(program, "one")).code).toBe("INVALID_PROGRAM_EXECUTABLE")
    cl.buildProgram(program)
    expect(thrown(() => cl.createKernel(program, "two")).code).toBe("INVALID_KERNEL_NAME")
  })
})

describe("a build with a callback", () => {
  it("returns before it is over, and the program may be released meanwhile", async () => {
    const program = cl.createProgramWithSource(context, good)
    let isOver = false
    const built = new Promise<unknown>((resolve) => {
      cl.buildProgram(program, [first], "-DA=1", (_program, _data, error) => {
        isOver = true
        resolve(error)
      })
    })
    expect(isOver).toBe(false)
    cl.releaseProgram(program)
    expect(await built).toBeUndefined()
  })
})

describe("a binary", () => {
  it("runs as its source does", () => {
    const program = cl.createProgramWithSource(context, good)
    cl.buildProgram(program)
    const sizes = cl.getProgramInfo(program, cl.PROGRAM_BINARY_SIZES)
    const binaries = cl.getProgramInfo(program, cl.PROGRAM_BINARIES)
    expect(binaries.map((binary) => binary.length)).toEqual(sizes)
    const copy = cl.createProgramWithBinary(context, [first], sizes, binaries)
    cl.buildProgram(copy)
    expect(writtenBy(copy, "one")).toBe(1)
  })

  it("that isn't one, or is shorter than said, is refused", () => {
    const make = (size: number, binary: Buffer) => () => cl.createProgramWithBinary(context, [first], [size], [binary])
    expect(thrown(make(8, Buffer.alloc(8, 7))).code).toBe("INVALID_BINARY")
    expect(thrown(make(9, Buffer.alloc(8))).code).toBe("INVALID_VALUE")
    expect(thrown(() => cl.createProgramWithBinary(context, [first], [], [])).code).toBe("INVALID_VALUE")
  })
})

describe("linking", () => {
  it("joins programs that were compiled apart", () => {
    const part = cl.createProgramWithSource(context, "int two(void) { return 2; }")
    const main = cl.createProgramWithSource(context, "int two(void); kernel void f(global int *x) { *x = two(); }")
    for (const program of [part, main]) cl.compileProgram(program)
    const linked = cl.linkProgram(context, null, null, [part, main])
    expect(writtenBy(linked, "f")).toBe(2)
  })

  it("gives headers to the compiler under their names", () => {
    const header = cl.createProgramWithSource(context, "#define THREE 3")
    const main = cl.createProgramWithSource(context, '#include "three.h"\nkernel void f(global int *x) { *x = THREE; }')
    expect(cl.compileProgram(main, null, null, [header], ["three.h"])).toBe(0)
    expect(thrown(() => cl.compileProgram(main, null, null, [header], [])).message).toMatch(/1 headers and 0 names/)
  })
})

// 10,000 terms end the process on koffi's own stack of 2 MiB. With Intel's compiler they end a program in C as well.
describe.skipIf(!isPocl)("source that makes the compiler recurse", () => {
  const source = `kernel void f(global int *x) { *x = ${Array(10_000).fill("x[1]").join(" + ")}; }`

  it("has the stack of a main thread", () => {
    expect(() => build(context, source, "f", "-cl-opt-disable")).not.toThrow()
  })

  it("has it on other threads too", async () => {
    const program = cl.createProgramWithSource(context, source)
    const error = await new Promise((resolve) => {
      cl.buildProgram(program, null, "-cl-opt-disable -DA", (_program, _data, error) => resolve(error))
    })
    expect(error).toBeUndefined()
  })
})
