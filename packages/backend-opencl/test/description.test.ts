import { readFileSync } from "node:fs"
import type { TensorSpec } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import { type Description, isDescription, parseDescription } from "../src/bundle/description.js"

const inputs: readonly TensorSpec[] = [
  { name: "secret-x", type: "float32", shape: ["n", 4, "?"] },
  { name: "__proto__", type: "int32", shape: [] },
]
const outputs: readonly TensorSpec[] = [
  { name: "secret-y", type: "float32", shape: ["n", "?"] },
  { name: "secret-z", type: "uint8", shape: [3] },
]

/** A sound description, each of whose names has "secret" in it. */
const sound = {
  format: "strongroom-opencl/1",
  extensions: ["cl_khr_fp64"],
  inputs,
  outputs: [
    { name: "secret-y", type: "float32", shape: ["n", "secret_twice"] },
    { name: "secret-z", type: "uint8", shape: [3] },
  ],
  sizes: { secret_twice: "2 * n", secret_more: "secret_twice + count('secret-x')" },
  equal: [["n", "dim('secret-x', 0)"]],
  programs: {
    "secret-program": { sources: ["secret.cl", "secret-2.cl"], options: "-D SECRET=1" },
    other: { sources: ["secret.cl"] },
  },
  buffers: {
    "secret-file": { file: "secret.bin", byteLength: 28 },
    "secret-other": { file: "secret-2.bin" },
    "secret-between": { byteLength: "4 * secret_more" },
  },
  launches: [
    {
      program: "secret-program",
      kernel: "secret_kernel",
      arguments: [
        "secret-x",
        "secret-y",
        "secret-file",
        "secret-between",
        { int: "n" },
        { float3: [0.5, "n", 2] },
        { local: 64 },
      ],
      global: ["n", 4, 1],
      local: [1, 4, 1],
    },
    { program: "other", kernel: "secret_kernel_2", arguments: ["__proto__", "secret-z"], global: [3] },
  ],
}
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

const parse = (json: unknown): Description => parseDescription(JSON.stringify(json), inputs, outputs)

/** The description with what is at a path replaced, such as `launches.0.global`; without it for undefined. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(sound) as unknown as Record<string, unknown>
  const names = path.split(".")
  const last = names.pop() as string
  const parent = names.reduce((one, name) => one[name] as Record<string, unknown>, copy)
  if (value === undefined) delete parent[last]
  else Object.defineProperty(parent, last, { value, enumerable: true, configurable: true })
  return JSON.stringify(copy)
}

function refusal(text: string): string {
  try {
    parseDescription(text, inputs, outputs)
  } catch (error) {
    expect(error).toMatchObject({ name: "StrongroomError", code: "backend-failed" })
    expect((error as Error).cause).toBeUndefined()
    const { message } = error as Error
    expect(message).toMatch(/^The OpenCL bundle's description is wrong at .*: .*\.$/)
    expect(message).not.toMatch(/secret/i)
    return message.slice("The OpenCL bundle's description is wrong at ".length)
  }
  throw new Error("It was taken.")
}

describe("a sound description", () => {
  const description = parse(sound)

  it("is read whole", () => {
    const known = { inputs: { "secret-x": [5, 4, 2], ["__proto__"]: [] }, sizes: new Map([["n", 5]]) }
    for (const [name, size] of description.sizes) known.sizes.set(name, size(known))
    expect([...known.sizes]).toEqual([
      ["n", 5],
      ["secret_twice", 10],
      ["secret_more", 50],
    ])
    expect(description.equal.map((pair) => pair.map((size) => size(known)))).toEqual([[5, 5]])
    expect([...description.outputs].map(([name, shape]) => [name, shape.map((size) => size(known))])).toEqual([
      ["secret-y", [5, 10]],
      ["secret-z", [3]],
    ])
    expect(description.extensions).toEqual(["cl_khr_fp64"])
    expect([...description.programs]).toEqual([
      ["secret-program", { sources: ["secret.cl", "secret-2.cl"], options: "-D SECRET=1" }],
      ["other", { sources: ["secret.cl"], options: "" }],
    ])
    expect(description.buffers.get("secret-file")).toEqual({ file: "secret.bin", expected: 28 })
    expect(description.buffers.get("secret-other")).toEqual({ file: "secret-2.bin", expected: undefined })
    const between = description.buffers.get("secret-between")
    expect(between && "byteLength" in between && between.byteLength(known)).toBe(200)
    const [first, second] = description.launches
    expect(first).toMatchObject({ program: "secret-program", kernel: "secret_kernel", place: "launches[0]" })
    expect(first?.global.map((size) => size(known))).toEqual([5, 4, 1])
    expect(first?.local?.map((size) => size(known))).toEqual([1, 4, 1])
    expect(first?.arguments.slice(0, 4)).toEqual(
      ["secret-x", "secret-y", "secret-file", "secret-between"].map((memory) => ({ memory })),
    )
    expect(first?.arguments[5]).toMatchObject({ type: "float3", values: [0.5, expect.any(Function), 2] })
    expect(second?.local).toBeUndefined()
    expect(second?.arguments[0]).toEqual({ memory: "__proto__" })
  })

  it("needs no more than a format, outputs and launches", () => {
    const { format, launches } = { ...sound, launches: [] }
    expect(parseDescription(JSON.stringify({ format, launches, outputs: [] }), [], [])).toMatchObject({
      sizes: [],
      equal: [],
      launches: [],
      extensions: [],
    })
  })
})

it("the specification's example is sound", () => {
  const specification = readFileSync(new URL("../../../spec/opencl-bundle.md", import.meta.url), "utf8")
  const [text = ""] = /^ {4}\{\n(?: {6}.*\n)+ {4}\}$/m.exec(specification) ?? []
  const signal: TensorSpec = { name: "signal", type: "float32", shape: ["channels", "samples"] }
  const power: TensorSpec = { name: "power", type: "float32", shape: ["channels", "?"] }
  expect(JSON.parse(text).inputs).toEqual([signal])
  const description = parseDescription(text, [signal], [power])
  expect([...description.programs.keys(), ...description.buffers.keys()]).toEqual(["power", "window"])
  const sizes = new Map(Object.entries({ channels: 2, samples: 1000, blocks: 4 }))
  const known = { inputs: { signal: [2, 1000] }, sizes }
  expect(description.launches[0]?.global.map((size) => size(known))).toEqual([1024, 2])
  expect(description.outputs.get("power")?.map((size) => size(known))).toEqual([2, 4])
})

describe("a text", () => {
  it.each<[string, boolean]>([
    [JSON.stringify(sound), true],
    ['{"format":"strongroom-opencl/2"}', true],
    ['{"format":"strongroom-opencl"}', false],
    ['{"format":1}', false],
    ['{"a":1}', false],
    ["[]", false],
    ["null", false],
    ['"strongroom-opencl/1"', false],
  ])("%.30s is a description: %s", (text, expected) => {
    expect(isDescription(text)).toBe(expected)
  })

  it("of a later format is refused for that, whatever members it has", () => {
    for (const more of [{}, { graphs: [] }, { launches: "secret" }]) {
      expect(refusal(JSON.stringify({ format: "strongroom-opencl/2", ...more }))).toMatch(
        /^format: this release reads "strongroom-opencl\/1"/,
      )
    }
  })

  it.each(["null", "[]", "1", '"secret"', '{"secret":1}'])("%j is none", (text) => {
    expect(refusal(text)).toMatch(/^format: /)
  })

  it.each(["", "{", "secret", JSON.stringify(sound).slice(0, -1)])("%.20s isn't JSON", (text) => {
    expect(refusal(text)).toBe("its beginning: it isn't JSON.")
    expect(() => isDescription(text)).toThrow("its beginning: it isn't JSON.")
  })
})

/** What is put where, and the place and the problem of the refusal. */
const wrong: readonly (readonly [path: string, value: unknown, message: RegExp])[] = [
  ["secret", 1, /^its beginning: it has a member that isn't one of extensions, format, inputs/],
  ["__proto__", {}, /^its beginning: it has a member/],
  ["constructor", {}, /^its beginning: it has a member/],

  ["extensions", "cl_khr_fp64", /^extensions: it isn't a list/],
  ["extensions", [1], /^extensions\[0\]: it isn't a text/],
  ["extensions.0", "secret", /^extensions\[0\]: it isn't an extension's name/],
  ["extensions", ["cl_khr_fp64", "cl_khr fp16"], /^extensions\[1\]: /],
  ["extensions.0", `cl_${"a".repeat(61)}`, /^extensions\[0\]: /],

  ["sizes", [], /^sizes: it isn't an object/],
  ["sizes", null, /^sizes: it isn't an object/],
  ["sizes", { n: 1 }, /^sizes, entry 0: its name isn't one, or is taken/],
  ["sizes", { "secret name": 1 }, /^sizes, entry 0: its name isn't one/],
  ["sizes", { a: 1, b: "secret" }, /^sizes, entry 1: it has a name that is no size/],
  ["sizes", { a: "b", b: 1 }, /^sizes, entry 0: it has a name that is no size/],
  ["sizes", { a: "a" }, /^sizes, entry 0: it has a name that is no size/],
  ["sizes.secret_twice", null, /^sizes, entry 0: a size is a number or an expression/],
  ["sizes.secret_twice", -1, /^sizes, entry 0: a size is an integer from 0/],

  ["equal", {}, /^equal: it isn't a list/],
  ["equal", [1], /^equal\[0\]: it isn't a list/],
  ["equal.0", [1], /^equal\[0\]: it is a pair/],
  ["equal.0", [], /^equal\[0\]: it is a pair/],
  ["equal.0", [1, 2, 3], /^equal\[0\]: it has \d+ members, and at most 2 are taken/],
  ["equal.0.1", "secret", /^equal\[0\]\[1\]: it has a name that is no size/],
  ["equal.0.0", false, /^equal\[0\]\[0\]: a size is a number/],

  ["outputs", undefined, /^outputs: it isn't a list/],
  ["outputs", sound.outputs.slice(0, 1), /^outputs: the manifest has others/],
  ["outputs", [...sound.outputs, sound.outputs[0]], /^outputs: it has \d+ members, and at most 2 are taken/],
  ["outputs", [sound.outputs[0], sound.outputs[0]], /^outputs\[1\]: the manifest has no such output/],
  ["outputs.1", null, /^outputs\[1\]: it isn't an object/],
  ["outputs.1.name", "secret-x", /^outputs\[1\]: the manifest has no such output/],
  ["outputs.1.type", "int8", /^outputs\[1\]: the manifest has no such output/],
  ["outputs.1.secret", 1, /^outputs\[1\]: it has a member that isn't one of name, type, shape/],
  ["outputs.1.shape", "n", /^outputs\[1\]\.shape: it isn't a list/],
  ["outputs.1.shape", [], /^outputs\[1\]\.shape: the manifest's has another rank/],
  ["outputs.1.shape", [1, 2], /^outputs\[1\]\.shape: it has \d+ members, and at most 1 are taken/],
  ["outputs.1.shape.0", "secret", /^outputs\[1\]\.shape\[0\]: it has a name/],
  ["outputs.1.shape.0", 1.5, /^outputs\[1\]\.shape\[0\]: a size is an integer from 0/],

  ["programs", "secret", /^programs: it isn't an object/],
  ["programs.other", ["secret.cl"], /^programs, entry 1: it isn't an object/],
  ["programs.other.secret", 1, /^programs, entry 1: it has a member that isn't one of sources, options/],
  ["programs.other.sources", undefined, /^programs, entry 1\.sources: it isn't a list/],
  ["programs.other.sources", [], /^programs, entry 1\.sources: there is none/],
  ["programs.other.sources.0", 1, /^programs, entry 1\.sources\[0\]: it isn't a text/],
  ["programs.other.options", ["-D"], /^programs, entry 1\.options: it isn't a text/],

  ["buffers", 1, /^buffers: it isn't an object/],
  ["buffers.secret-file", "secret.bin", /^buffers, entry 0: it isn't an object/],
  ["buffers.secret-file.secret", 1, /^buffers, entry 0: it has a member that isn't one of file, byteLength/],
  ["buffers.secret-file.file", 1, /^buffers, entry 0\.file: it isn't a text/],
  ["buffers.secret-file.byteLength", "n", /^buffers, entry 0\.byteLength: a file has a fixed number of bytes/],
  ["buffers.secret-between", {}, /^buffers, entry 2\.byteLength: a size is a number or an expression/],
  ["buffers.secret-between.byteLength", "secret", /^buffers, entry 2\.byteLength: it has a name/],
  ["buffers.secret-x", { byteLength: 1 }, /^buffers: an input, output or buffer has another one's name/],
  ["buffers.secret-y", { byteLength: 1 }, /^buffers: an input, output or buffer has another one's name/],
  ["buffers.__proto__", { byteLength: 1 }, /^buffers: an input, output or buffer has another one's name/],

  ["launches", undefined, /^launches: it isn't a list/],
  ["launches", {}, /^launches: it isn't a list/],
  ["launches.1", null, /^launches\[1\]: it isn't an object/],
  ["launches.1", {}, /^launches\[1\]\.program: it isn't a text/],
  [
    "launches.1.secret",
    1,
    /^launches\[1\]: it has a member that isn't one of program, kernel, arguments, global, local/,
  ],
  ["launches.1.program", "secret", /^launches\[1\]\.program: there is no such program/],
  ["launches.1.program", "__proto__", /^launches\[1\]\.program: there is no such program/],
  ["launches.1.program", "constructor", /^launches\[1\]\.program: there is no such program/],
  ["launches.1.kernel", undefined, /^launches\[1\]\.kernel: it isn't a text/],
  ["launches.1.global", undefined, /^launches\[1\]\.global: it isn't a list/],
  ["launches.1.global", [], /^launches\[1\]\.global: it has from one to three sizes/],
  ["launches.1.global", [1, 1, 1, 1], /^launches\[1\]\.global: it has \d+ members, and at most 3 are taken/],
  ["launches.1.global.0", "secret", /^launches\[1\]\.global\[0\]: it has a name/],
  ["launches.1.local", null, /^launches\[1\]\.local: it isn't a list/],
  ["launches.1.local", [1, 1], /^launches\[1\]\.local: it has as many sizes as the global one/],
  ["launches.1.local", [], /^launches\[1\]\.local: it has as many sizes as the global one/],
  ["launches.1.local", ["1 +"], /^launches\[1\]\.local\[0\]: the expression can't be read from its word 3 on/],
  ["launches.1.arguments", undefined, /^launches\[1\]\.arguments: it isn't a list/],
  ["launches.1.arguments.1", "secret", /^launches\[1\]\.arguments\[1\]: it names no input, output or buffer/],
  ["launches.1.arguments.1", "toString", /^launches\[1\]\.arguments\[1\]: it names no input, output or buffer/],
  ["launches.1.arguments.1", 3, /^launches\[1\]\.arguments\[1\]: it isn't an object/],
  ["launches.1.arguments.1", {}, /^launches\[1\]\.arguments\[1\]: it is a name, or an object such as/],
  ["launches.1.arguments.1", { int: 1, uint: 1 }, /^launches\[1\]\.arguments\[1\]: it is a name, or an object such as/],
  ["launches.1.arguments.1", { secret: 1 }, /^launches\[1\]\.arguments\[1\]: OpenCL C has no such type/],
  ["launches.1.arguments.1", { int5: [1, 2, 3, 4, 5] }, /^launches\[1\]\.arguments\[1\]: OpenCL C has no such type/],
  ["launches.1.arguments.1", { half: 1 }, /^launches\[1\]\.arguments\[1\]: OpenCL C has no such type/],
  ["launches.1.arguments.1", { size_t: 1 }, /^launches\[1\]\.arguments\[1\]: OpenCL C has no such type/],
  ["launches.1.arguments.1", { constructor: 1 }, /^launches\[1\]\.arguments\[1\]: OpenCL C has no such type/],
  ["launches.1.arguments.1", { int: [] }, /^launches\[1\]\.arguments\[1\]: int takes 1, and \d are there/],
  [
    "launches.1.arguments.1",
    { float3: [1, 2, 3, 4] },
    /^launches\[1\]\.arguments\[1\]: float3 takes 3, and \d are there/,
  ],
  ["launches.1.arguments.1", { float2: 1 }, /^launches\[1\]\.arguments\[1\]: float2 takes 2, and \d are there/],
  ["launches.1.arguments.1", { int: true }, /^launches\[1\]\.arguments\[1\]: a size is a number or an expression/],
  ["launches.1.arguments.1", { int: "secret" }, /^launches\[1\]\.arguments\[1\]: it has a name/],
  ["launches.1.arguments.1", { local: "secret" }, /^launches\[1\]\.arguments\[1\]: it has a name/],
  ["launches.1.arguments.1", { local: -1 }, /^launches\[1\]\.arguments\[1\]: a size is an integer from 0/],
]

it.each(wrong)("%s as %j is refused", (path, value, message) => {
  expect(refusal(changed(path, value))).toMatch(message)
})

it("lists have limits", () => {
  const list = (length: number, one: Json) => Array.from({ length }, () => one)
  const [, launch] = sound.launches
  const taken = (path: string, value: unknown) => parseDescription(changed(path, value), inputs, outputs)
  taken("equal", list(10_000, [1, 1]))
  expect(refusal(changed("equal", list(10_001, [1, 1])))).toMatch(
    /^equal: it has \d+ members, and at most 10000 are taken/,
  )
  taken("launches", list(100_000, launch as Json))
  expect(refusal(changed("launches", list(100_001, launch as Json)))).toMatch(
    /^launches: it has \d+ members, and at most 100000 are taken/,
  )
})
