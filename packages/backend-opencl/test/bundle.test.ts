import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, importFiles, openInProcess, type Tensor, tensor } from "@strongroom/core"
import { driver, missingDriver, optionsFor } from "@strongroom/test-machine"
import { createPublisher } from "@strongroom/testkit"
import { describe, expect, it } from "vitest"
import { type Files, importBundle, open } from "./open-bundle.js"

// In this process, so that the driver is known by its variables: it reads them when it is loaded.
Object.assign(process.env, driver("pocl"))
const why = missingDriver("pocl")

const floats = (...values: number[]) => tensor("float32", [values.length], Float32Array.from(values))

/** y = x times a number. */
const scale = {
  format: "strongroom-opencl/1",
  inputs: [{ name: "x", type: "float32", shape: ["n"] }],
  outputs: [{ name: "y", type: "float32", shape: ["n"] }],
  programs: { secret: { sources: ["secret.cl"] } },
  launches: [
    { program: "secret", kernel: "secret_scale", arguments: ["x", "y", { float: 2.5 }], global: ["n"] },
  ] as object[],
}
const scaleFiles = {
  "secret.cl":
    "kernel void secret_scale(global const float *x, global float *y, const float by) { size_t i = get_global_id(0); y[i] = x[i] * by; }",
}

/** The bundle with some of its launch's members replaced. */
const launched = (changes: object, more: object = {}) => ({
  ...scale,
  ...more,
  launches: [{ ...scale.launches[0], ...changes }],
})

/** What opening a bundle rejects with: nothing of it is quoted. */
async function refusal(description: object, files: Files = scaleFiles, drop?: string): Promise<Error> {
  const model = await importBundle(description, files)
  return failureOf(open({ ...model, parts: model.parts.filter(({ name }) => name !== drop) }))
}

async function failureOf(action: Promise<unknown>): Promise<Error> {
  const error = await action.then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  expect(error).toMatchObject({ name: "StrongroomError" })
  expect(error?.cause).toBeUndefined()
  expect(error?.message).not.toMatch(/secret/i)
  return error as Error
}

const broken = (place: string, problem: string) => ({
  code: "backend-failed",
  message: `The OpenCL bundle's description is wrong at ${place}: ${problem}.`,
})

describe.skipIf(why)(`a bundle on PoCL${why ? ` (not here: ${why})` : ""}`, () => {
  it("is run", async () => {
    const session = await open(await importBundle(scale, scaleFiles))
    expect(await session.run({ x: floats(1, 2, -4) })).toEqual({ y: floats(2.5, 5, -10) })
  })

  describe("that can't be loaded", () => {
    it("lacks a source", async () => {
      expect(await refusal(scale, scaleFiles, "secret.cl")).toMatchObject(
        broken("sources or buffers", "it names a file that isn't in the bundle"),
      )
    })

    it("lacks a buffer's file", async () => {
      const description = { ...scale, buffers: { b: { file: "secret.bin" } } }
      expect(await refusal(description, { ...scaleFiles, "secret.bin": "1234" }, "secret.bin")).toMatchObject(
        broken("sources or buffers", "it names a file that isn't in the bundle"),
      )
    })

    it("has a file of another length than it says, or an empty one", async () => {
      const buffer = (byteLength?: number) => ({ ...scale, buffers: { b: { file: "secret.bin", byteLength } } })
      expect(await refusal(buffer(3), { ...scaleFiles, "secret.bin": "1234" })).toMatchObject(
        broken("buffers", "a file has 4 bytes, and 3 are said"),
      )
      expect(await refusal(buffer(), { ...scaleFiles, "secret.bin": "" })).toMatchObject(
        broken("buffers", "a file is empty"),
      )
    })

    it("has a source that isn't text", async () => {
      expect(await refusal(scale, { "secret.cl": Uint8Array.of(0x2f, 0x2f, 0xff) })).toMatchObject(
        broken("sources", "a text isn't UTF-8"),
      )
    })

    it("has a kernel that its program hasn't", async () => {
      for (const kernel of ["secret_other", "", "secret_scale\u0000"]) {
        expect(await refusal(launched({ kernel }))).toMatchObject(
          broken("launches[0].kernel", "the program has no such kernel"),
        )
      }
    })

    it("has another number of arguments than the kernel", async () => {
      for (const count of [0, 2, 4]) {
        const given = ["x", "y", { float: 1 }, { float: 1 }].slice(0, count)
        expect(await refusal(launched({ arguments: given }))).toMatchObject(
          broken("launches[0].arguments", `the kernel takes 3 arguments, and ${count} are there`),
        )
      }
    })

    it("has a source that doesn't compile: the compiler's words are for debug", async () => {
      const files = { "secret.cl": "kernel void secret_scale(secret_type x) {}" }
      const error = await refusal(scale, files)
      expect(error).toMatchObject({ code: "backend-failed", message: expect.stringMatching(/words are withheld/) })
      const shown = await open(await importBundle(scale, files), { debug: true }).catch((error: unknown) => error)
      expect(shown).toMatchObject({
        code: "backend-failed",
        message: expect.stringMatching(/unknown type name 'secret_type'/),
      })
    })

    it("has options that the compiler doesn't know", async () => {
      const description = { ...scale, programs: { secret: { sources: ["secret.cl"], options: "-secret-option" } } }
      expect(await refusal(description)).toMatchObject({ code: "backend-failed" })
    })

    it("needs an extension that the device hasn't", async () => {
      const description = { ...scale, extensions: ["cl_khr_fp64", "cl_none_such"] }
      const error = await refusal(description)
      expect(error).toMatchObject({
        code: "model-declined",
        message: expect.stringMatching(/the device has no cl_none_such/),
      })
    })

    it("isn't one", async () => {
      const files = importFiles([{ name: "secret", source: bytesSource(new Uint8Array(3)) }])
      expect(await failureOf(open(files))).toMatchObject({ code: "model-declined" })
      const model = await importBundle(scale, scaleFiles)
      for (const text of ["{}", '["secret"]', '{"format":"secret"}']) {
        const graph = { role: "graph" as const, name: "secret", source: bytesSource(new TextEncoder().encode(text)) }
        const error = await failureOf(open({ ...model, parts: [graph] }))
        expect(error).toMatchObject({
          code: "model-declined",
          message: expect.stringMatching(/isn't the description of an OpenCL bundle/),
        })
      }
    })
  })

  describe("that can't be run", () => {
    async function runFailure(description: object, inputs: Record<string, Tensor>, files: Files = scaleFiles) {
      const session = await open(await importBundle(description, files))
      return failureOf(session.run(inputs))
    }

    it.each([
      ["a number for memory", ["x", { float: 1 }, { float: 1 }], 1],
      ["memory for a number", ["x", "y", "x"], 2],
      ["local memory for a number", ["x", "y", { local: 4 }], 2],
      ["local memory for a buffer", [{ local: 4 }, "y", { float: 1 }], 0],
      ["an integer for a float", ["x", "y", { int: 1 }], 2],
      ["a double for a float", ["x", "y", { double: 1 }], 2],
      ["a vector for a number", ["x", "y", { float2: [1, 2] }], 2],
    ])("gives a kernel %s", async (_, given, at) => {
      const message = broken(`launches[0].arguments[${at}]`, "the kernel takes something else there")
      expect(await runFailure(launched({ arguments: given }), { x: floats(1) })).toMatchObject(message)
    })

    it.each([
      [{ uchar: 256 }, "uchar can't hold it"],
      [{ uint: "0" }, undefined],
      [{ char: -129 }, "char can't hold it"],
      [{ int: 2 ** 31 }, "int can't hold it"],
      [{ ulong: -1 }, "ulong can't hold it"],
      [{ int: 0.5 }, "it isn't an integer that a number holds exactly"],
      [{ long: 2 ** 53 }, "it isn't an integer that a number holds exactly"],
      [{ float: 1e39 }, "float can't hold it"],
      [{ local: 0 }, "local memory has at least one byte"],
    ])("has %j for a kernel", async (value, problem) => {
      const [[type]] = Object.entries(value) as [[string, unknown]]
      const parameter = type === "local" ? "local float *v" : `const ${type} v`
      const files = {
        "secret.cl": `kernel void secret_scale(global const float *x, global float *y, ${parameter}) { y[0] = 1; }`,
      }
      const session = await open(await importBundle(launched({ arguments: ["x", "y", value] }), files))
      const running = session.run({ x: floats(1) })
      if (problem === undefined) expect(await running).toEqual({ y: floats(1) })
      else expect(await failureOf(running)).toMatchObject(broken("launches[0].arguments[2]", problem))
    })

    it.each([
      ["that don't divide", { global: ["n"], local: [2] }],
      ["of a group larger than the device's", { global: [1_000_000], local: [1_000_000] }],
      ["without items", { global: ["n"], local: [0] }],
    ])("has work sizes %s", async (_, sizes) => {
      const message = broken("launches[0]", "the device or the kernel can't have these work sizes, for these inputs")
      expect(await runFailure(launched(sizes), { x: floats(1, 2, 3) })).toMatchObject(message)
    })

    it("has another work-group size than its kernel demands", async () => {
      const files = { "secret.cl": `__attribute__((reqd_work_group_size(4, 1, 1))) ${scaleFiles["secret.cl"]}` }
      const message = broken("launches[0]", "the device or the kernel can't have these work sizes, for these inputs")
      expect(await runFailure(launched({ local: [1] }), { x: floats(1, 2) }, files)).toMatchObject(message)
      expect(await runFailure(scale, { x: floats(1, 2) }, files)).toMatchObject(message)
    })

    it("can be run with other inputs after that", async () => {
      const session = await open(await importBundle(launched({ local: [2] }), scaleFiles))
      await failureOf(session.run({ x: floats(1, 2, 3) }))
      await failureOf(session.run({ x: floats(1, 2, 3) }))
      expect(await session.run({ x: floats(1, 2) })).toEqual({ y: floats(2.5, 5) })
    })

    it("has a buffer larger than the device's, or more than a number counts", async () => {
      const buffer = (byteLength: string) => ({ ...scale, buffers: { b: { byteLength } } })
      expect(await runFailure(buffer("n * 1099511627776"), { x: floats(1, 2) })).toMatchObject({
        code: "out-of-memory",
        message: expect.stringMatching(
          /^A buffer of 2199023255552 bytes was asked for, and the OpenCL device's have at most \d+\.$/,
        ),
      })
      expect(await runFailure(buffer("n * 9007199254740991"), { x: floats(1, 2) })).toMatchObject({
        code: "backend-failed",
        message: expect.stringMatching(/wrong at buffers, entry 0.byteLength: a step of it isn't an integer/),
      })
    })

    it("has an output larger than the device's buffers, or than a number counts", async () => {
      const output = (...shape: unknown[]) => ({ ...scale, outputs: [{ name: "y", type: "float32", shape }] })
      expect(await runFailure(output(2 ** 40), { x: floats(1) })).toMatchObject({
        code: "out-of-memory",
        message: expect.stringMatching(/^A buffer of 4398046511104 bytes/),
      })
      expect(await runFailure(output(2 ** 40, 2 ** 40), { x: floats(1) })).toMatchObject(
        broken("outputs", "for these inputs one has more elements than a number counts exactly"),
      )
    })

    it("has sizes below zero", async () => {
      const message = broken("launches[0].global[0]", "for these inputs it is less than 0")
      expect(await runFailure(launched({ global: ["n - 2"] }), { x: floats(1) })).toMatchObject(message)
    })
  })

  describe("with two inputs", () => {
    const add = (sizes: readonly [string, string], equal: unknown[] = []) => ({
      ...scale,
      inputs: [
        { name: "a", type: "float32", shape: [sizes[0]] },
        { name: "b", type: "float32", shape: [sizes[1]] },
      ],
      outputs: [{ name: "y", type: "float32", shape: ["dim('a', 0)"] }],
      equal,
      launches: [{ program: "secret", kernel: "add", arguments: ["a", "b", "y"], global: ["count('a')"] }],
    })
    const files = {
      "secret.cl":
        "kernel void add(global const float *a, global const float *b, global float *y) { size_t i = get_global_id(0); y[i] = a[i] + b[i]; }",
    }

    it("has one size for a name in a run", async () => {
      const session = await open(await importBundle(add(["n", "n"]), files))
      expect(await failureOf(session.run({ a: floats(1, 2), b: floats(1, 2, 3) }))).toMatchObject({
        code: "input-shape",
        message: "The inputs have different sizes for n: 2 and 3.",
      })
      expect(await session.run({ a: floats(1, 2), b: floats(10, 20) })).toEqual({ y: floats(11, 22) })
    })

    it("has sizes that it demands to be equal", async () => {
      const session = await open(await importBundle(add(["?", "?"], [["count('a')", "count('b')"]]), files))
      expect(await failureOf(session.run({ a: floats(1, 2), b: floats(1, 2, 3) }))).toMatchObject({
        code: "backend-failed",
        message: expect.stringMatching(/don't fit together/),
      })
      expect(await session.run({ a: floats(1, 2), b: floats(10, 20) })).toEqual({ y: floats(11, 22) })
    })
  })

  it("takes and gives tensors without elements", async () => {
    const session = await open(await importBundle(scale, scaleFiles))
    expect(await session.run({ x: floats() })).toEqual({ y: floats() })
    expect(await session.run({ x: floats(2) })).toEqual({ y: floats(5) })
    const matrix = {
      ...launched({ global: ["a", "b"] }),
      inputs: [{ name: "x", type: "float32", shape: ["a", "b"] }],
      outputs: [{ name: "y", type: "float32", shape: ["b", "a"] }],
    }
    const empty = await open(await importBundle(matrix, scaleFiles))
    const x = tensor("float32", [0, 3], new Float32Array())
    expect(await empty.run({ x })).toEqual({ y: tensor("float32", [3, 0], new Float32Array()) })
  })

  it("without inputs gives what it has", async () => {
    const constant = {
      ...scale,
      inputs: [],
      outputs: [{ name: "y", type: "float32", shape: [2] }],
      buffers: { b: { file: "b.bin", byteLength: 8 } },
      launches: [{ program: "secret", kernel: "secret_scale", arguments: ["b", "y", { float: 2 }], global: [2] }],
    }
    const files = { ...scaleFiles, "b.bin": new Uint8Array(Float32Array.of(3, 4).buffer) }
    const session = await open(await importBundle(constant, files))
    expect(await session.run({})).toEqual({ y: floats(6, 8) })
  })

  it("is run with more shapes in turn than it stays ready for", async () => {
    const session = await open(await importBundle(scale, scaleFiles))
    const lengths = [1, 2, 3, 4, 5, 6, 1, 6, 2, 5, 5, 3, 4, 1]
    for (const length of lengths) {
      const values = Array.from({ length }, (_, index) => index + length)
      expect(await session.run({ x: floats(...values) })).toEqual({ y: floats(...values.map((value) => 2.5 * value)) })
    }
  })

  it("gives each of several outputs by itself, and all launches are run", async () => {
    const two = {
      ...scale,
      outputs: [...scale.outputs, { name: "z", type: "float32", shape: ["n"] }],
      launches: [scale.launches[0], { ...scale.launches[0], arguments: ["y", "z", { float: 2 }] }],
    }
    const session = await open(await importBundle(two, scaleFiles))
    expect(await session.run({ x: floats(2) }, { outputs: ["z"] })).toEqual({ z: floats(10) })
    expect(await session.run({ x: floats(2) }, { outputs: [] })).toEqual({})
  })

  it.each([
    ["char", [-128], "int8"],
    ["uchar", [255], "uint8"],
    ["short", [-32768], "int16"],
    ["ushort", [65535], "uint16"],
    ["int", [-(2 ** 31)], "int32"],
    ["uint", [2 ** 32 - 1], "uint32"],
    ["long", [-Number.MAX_SAFE_INTEGER], "int64"],
    ["ulong", [Number.MAX_SAFE_INTEGER], "uint64"],
    ["float", [0.5], "float32"],
    ["double", [0.1], "float64"],
    ["float2", [0.5, 1], "float32"],
    ["float3", [0.5, 1, -2], "float32"],
    ["uchar3", [1, 2, 255], "uint8"],
    ["ulong3", [1, 2, 2 ** 40], "uint64"],
    ["int4", [1, 2, 3, 4], "int32"],
    ["short8", [1, 2, 3, 4, 5, 6, 7, 8], "int16"],
    ["double16", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], "float64"],
  ] as const)("passes %s %j as they are", async (type, values, element) => {
    const [, scalar = "", lanes = ""] = /^(\D+)(\d*)$/.exec(type) ?? []
    const store = lanes === "" ? "y[0] = v" : `vstore${lanes}(v, 0, y)`
    const description = {
      format: "strongroom-opencl/1",
      inputs: [],
      outputs: [{ name: "y", type: element, shape: [values.length] }],
      programs: { p: { sources: ["p.cl"] } },
      launches: [
        { program: "p", kernel: "f", arguments: ["y", { [type]: lanes === "" ? values[0] : values }], global: [1] },
      ],
    }
    const session = await open(
      await importBundle(description, { "p.cl": `kernel void f(global ${scalar} *y, const ${type} v) { ${store}; }` }),
    )
    const { y } = await session.run({})
    expect(Array.from(y?.data as ArrayLike<number | bigint>, Number)).toEqual(values)
  })

  it("passes sizes of a run as numbers, and in vectors", async () => {
    const description = {
      ...launched({ arguments: ["x", "y", { uint2: ["n", "2 * n"] }] }),
    }
    const files = {
      "secret.cl":
        "kernel void secret_scale(global const float *x, global float *y, const uint2 v) { size_t i = get_global_id(0); y[i] = x[i] + v.x + v.y; }",
    }
    const session = await open(await importBundle(description, files))
    expect(await session.run({ x: floats(1, 2, 3) })).toEqual({ y: floats(10, 11, 12) })
  })

  it("shares local memory among a group", async () => {
    const sum = {
      ...launched({ arguments: ["x", "y", { local: "4 * n" }], global: ["n"], local: ["n"] }),
      outputs: [{ name: "y", type: "float32", shape: [1] }],
    }
    const files = {
      "secret.cl": `kernel void secret_scale(global const float *x, global float *y, local float *shared) {
        shared[get_local_id(0)] = x[get_global_id(0)];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (get_local_id(0) == 0) { float total = 0; for (int i = 0; i < get_local_size(0); i++) total += shared[i]; y[0] = total; }
      }`,
    }
    const session = await open(await importBundle(sum, files))
    expect(await session.run({ x: floats(1, 2, 3, 4) })).toEqual({ y: floats(10) })
    expect(await session.run({ x: floats(1, 2) })).toEqual({ y: floats(3) })
  })

  it("has one program of several sources, one behind the other", async () => {
    const description = {
      ...scale,
      programs: { secret: { sources: ["a/define.cl", "secret.cl"], options: "-D BY=2" } },
    }
    const files = {
      "a/define.cl": "#define by (BY * 4)\n// no end of line",
      "secret.cl": scaleFiles["secret.cl"].replace("const float by", "const float unused"),
    }
    const session = await open(await importBundle(description, files))
    expect(await session.run({ x: floats(1) })).toEqual({ y: floats(8) })
  })
})

describe.skipIf(why)("a device", () => {
  const publisher = createPublisher()
  async function openOn(options: Parameters<typeof opencl>[0]) {
    const { bytes, keys } = await (await publisher).ship(await importBundle(scale, scaleFiles))
    return openInProcess(opencl({ ...optionsFor("pocl"), ...options }), bytesSource(bytes), keys)
  }

  it("can be chosen by its type and its platform's name", async () => {
    for (const options of [
      { device: "cpu" },
      { platform: "portable" },
      { device: "cpu", platform: "PORTABLE computing" },
    ] as const) {
      const session = await openOn(options)
      expect(await session.run({ x: floats(1) })).toEqual({ y: floats(2.5) })
      expect(session.report().backend).toMatchObject({ name: "opencl", engine: "opencl" })
      await session.close()
    }
  })

  it.each([
    [{ device: "gpu" }, "gpu"],
    [{ device: "accelerator", platform: "portable" }, 'accelerator of a platform called "portable"'],
    [{ platform: "abacus" }, 'device of a platform called "abacus"'],
  ] as const)("that isn't there is missing, and what there is is said: %j", async (options, wanted) => {
    const error = await openOn(options).catch((error: unknown) => error as Error)
    expect(error).toMatchObject({
      code: "backend-missing",
      message: expect.stringMatching(/There is: .+ \(cpu, Portable Computing Language\)\. Install its driver/),
    })
    expect((error as Error).message).toContain(`OpenCL has no ${wanted} here.`)
  })
})
