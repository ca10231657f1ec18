import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { utf8 } from "../src/bytes.js"
import { StrongroomError } from "../src/errors.js"
import { importOpencl, isOpencl } from "../src/import/opencl.js"
import { bytesSource } from "../src/source/bytes.js"
import type { Source } from "../src/source/source.js"
import { importFailure } from "./support/import-failure.js"

/** Two programs that share a source, and two buffers, one of which has no file. */
const bundle = {
  format: "strongroom-opencl/1",
  inputs: [
    { name: "picture", type: "float32", shape: ["height", "width", 3] },
    { name: "mask", type: "bool", shape: ["?"] },
  ],
  outputs: [{ name: "edges", type: "float32", shape: ["height", "width / 2", "roundUp(width, 4)", 3] }],
  sizes: { half: "width / 2" },
  programs: {
    blur: { sources: ["common.cl", "kernels/blur.cl"], options: "-D SECRET" },
    edges: { sources: ["common.cl"] },
  },
  buffers: { taps: { file: "weights/taps.bin" }, between: { byteLength: "4 * half" } },
  launches: "not looked at",
}

/** A source that says when it is closed. */
function watched(source: Source, closed: () => void): Source {
  return {
    byteLength: (signal) => source.byteLength(signal),
    read: (...parameters) => source.read(...parameters),
    async close() {
      closed()
    },
  }
}

function importing(json: unknown, missing?: string) {
  const closed: string[] = []
  const opened: string[] = []
  const text = typeof json === "string" ? json : JSON.stringify(json)
  const description = watched(bytesSource(utf8(text)), () => void closed.push("description"))
  const imported = importOpencl(description, async (path) => {
    if (path === missing) throw new StrongroomError("source-missing", "It isn't there.")
    opened.push(path)
    return watched(bytesSource(utf8(path)), () => void closed.push(path))
  })
  return { imported, opened, closed }
}

async function failure(json: unknown): Promise<string> {
  const { imported, opened, closed } = importing(json)
  const error = await importFailure(imported)
  expect(error.cause).toBeUndefined()
  expect({ opened, closed }).toEqual({ opened: [], closed: [] })
  return error.message
}

test("a bundle has its description, its sources and its files as parts", async () => {
  const { imported, closed } = importing(bundle)
  const model = await imported
  expect(model.kind).toBe("file")
  expect(model.inputs).toEqual(bundle.inputs)
  expect(model.parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
    "graph bundle.json",
    "file common.cl",
    "file kernels/blur.cl",
    "weights weights/taps.bin",
  ])
  const texts = model.parts.map(async ({ source }) => {
    const bytes = new Uint8Array(await source.byteLength())
    await source.read(0, bytes)
    return new TextDecoder().decode(bytes)
  })
  expect(await Promise.all(texts)).toEqual([JSON.stringify(bundle), "common.cl", "kernels/blur.cl", "weights/taps.bin"])
  expect(closed).toEqual([])
  await model.close()
  expect(closed.sort()).toEqual(["common.cl", "description", "kernels/blur.cl", "weights/taps.bin"])
})

test("sizes of outputs that are computed have no name in the manifest", async () => {
  const { imported } = importing(bundle)
  expect((await imported).outputs).toEqual([{ name: "edges", type: "float32", shape: ["height", "?", "?", 3] }])
})

test("a bundle without programs and buffers is one", async () => {
  const { imported } = importing({ format: "strongroom-opencl/1", inputs: [], outputs: [] })
  expect((await imported).parts).toHaveLength(1)
})

test("a file that two say is one part, with the role of the first", async () => {
  const { imported } = importing({
    ...bundle,
    buffers: { a: { file: "common.cl" }, b: { file: "b" }, c: { file: "b" } },
  })
  expect((await imported).parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
    "graph bundle.json",
    "file common.cl",
    "file kernels/blur.cl",
    "weights b",
  ])
})

test("names that JavaScript has for other things are names", async () => {
  const text = JSON.stringify(bundle).replace('"blur":', '"__proto__":').replace('"taps":', '"constructor":')
  const { imported } = importing(text)
  expect((await imported).parts).toHaveLength(4)
})

test("when a file can't be had, those before it are closed, and the description isn't", async () => {
  const { imported, closed } = importing(bundle, "weights/taps.bin")
  await expect(imported).rejects.toMatchObject({ code: "source-missing" })
  expect(closed.sort()).toEqual(["common.cl", "kernels/blur.cl"])
})

describe("is refused", () => {
  const tensor = { name: "secret", type: "float32", shape: [1] }
  test.each<[json: unknown, message: RegExp]>([
    ["", /it isn't JSON/],
    ["{", /it isn't JSON/],
    ['{"secret" 1}', /it isn't JSON/],
    ["null", /its format isn't "strongroom-opencl\/1"/],
    ["[]", /its format isn't/],
    [{}, /its format isn't/],
    [{ ...bundle, format: "strongroom-opencl/2" }, /its format isn't/],
    [{ ...bundle, inputs: undefined }, /it has no list of inputs/],
    [{ ...bundle, outputs: {} }, /it has no list of outputs/],
    [{ ...bundle, inputs: [null] }, /one of its inputs lacks a name, an element type or a shape/],
    [{ ...bundle, inputs: [{ ...tensor, name: 1 }] }, /one of its inputs lacks/],
    [{ ...bundle, inputs: [{ ...tensor, type: "half" }] }, /one of its inputs lacks/],
    [{ ...bundle, inputs: [{ ...tensor, type: "constructor" }] }, /one of its inputs lacks/],
    [{ ...bundle, outputs: [{ ...tensor, shape: 1 }] }, /one of its outputs lacks/],
    [{ ...bundle, inputs: [{ ...tensor, shape: ["2 * n"] }] }, /a size of an input is neither a number, nor a name/],
    [{ ...bundle, inputs: [{ ...tensor, shape: [null] }] }, /a size of an input is neither/],
    [{ ...bundle, inputs: [{ ...tensor, shape: [""] }] }, /a size of an input is neither/],
    [{ ...bundle, inputs: [{ ...tensor, shape: [-1] }] }, /a size is neither an integer from 0 nor a name/],
    [{ ...bundle, inputs: [{ ...tensor, shape: [1.5] }] }, /a size is neither an integer/],
    [{ ...bundle, outputs: [{ ...tensor, shape: [true] }] }, /a size of an output is neither/],
    [{ ...bundle, outputs: [{ ...tensor, shape: [-1] }] }, /a size is neither an integer from 0/],
    [{ ...bundle, inputs: [tensor, tensor] }, /two of them have one name/],
    [{ ...bundle, inputs: [{ ...tensor, name: "" }] }, /a name is empty/],
    [{ ...bundle, inputs: [{ ...tensor, shape: Array(100).fill(1) }] }, /one has 100 dimensions/],
    [{ ...bundle, programs: [] }, /its programs aren't an object/],
    [{ ...bundle, programs: "secret" }, /its programs aren't an object/],
    [{ ...bundle, programs: { a: 1 } }, /one of its programs isn't an object/],
    [{ ...bundle, programs: { a: {} } }, /a program has no list of sources/],
    [{ ...bundle, programs: { a: { sources: "secret.cl" } } }, /a program has no list of sources/],
    [{ ...bundle, programs: { a: { sources: [1] } } }, /a file's name isn't a text/],
    [{ ...bundle, buffers: 1 }, /its buffers aren't an object/],
    [{ ...bundle, buffers: null }, /its buffers aren't an object/],
    [{ ...bundle, buffers: { a: [] } }, /one of its buffers isn't an object/],
    [{ ...bundle, buffers: { a: { file: null } } }, /a file's name isn't a text/],
    [{ ...bundle, buffers: { a: { file: "../secret" } } }, /1 of 4 files of this bundle can't be parts/],
    [{ ...bundle, buffers: { a: { file: "/etc/secret" } } }, /can't be parts/],
    [{ ...bundle, programs: { a: { sources: [""] } } }, /can't be parts/],
    [{ ...bundle, programs: { a: { sources: ["bundle.json"] } } }, /different names/],
  ])("case %#", async (json, message) => {
    const text = await failure(json)
    expect(text).toMatch(message)
    expect(text).not.toMatch(/secret/)
  })

  test("text that isn't UTF-8", async () => {
    const bytes = Uint8Array.of(0x22, 0xff, 0x22)
    await expect(importOpencl(bytesSource(bytes), () => expect.unreachable())).rejects.toMatchObject({
      code: "import-failed",
      message: expect.stringMatching(/isn't JSON/),
    })
  })

  test("more than 16 MiB, before it is read", async () => {
    const huge = { ...bytesSource(new Uint8Array(0)), byteLength: async () => 16 * 1024 * 1024 + 1 }
    await expect(importOpencl(huge as Source, () => expect.unreachable())).rejects.toMatchObject({
      code: "import-failed",
      message: expect.stringMatching(/it has 16777217 bytes, and at most 16777216 are read/),
    })
  })

  test("whatever JSON it is, with our error or none", async () => {
    const json = fc.record(
      {
        format: fc.constant(bundle.format),
        inputs: fc.oneof(fc.jsonValue(), fc.constant([])),
        outputs: fc.oneof(fc.jsonValue(), fc.constant([])),
        programs: fc.oneof(fc.jsonValue(), fc.constant({})),
        buffers: fc.jsonValue(),
      },
      { requiredKeys: ["format"] },
    )
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        await importing(value).imported.catch((error: unknown) => {
          expect(error).toMatchObject({ code: "import-failed" })
        })
      }),
      { numRuns: 300 },
    )
  })
})

describe("isOpencl", () => {
  const is = (text: string) => isOpencl(bytesSource(utf8(text)))

  test("knows a bundle of this format and of others", async () => {
    expect(await is(JSON.stringify(bundle))).toBe(true)
    expect(await is('{"format":"strongroom-opencl/2"}')).toBe(true)
  })

  test.each(["", "{", "[]", "null", '"strongroom-opencl/1"', "{}", '{"format":1}', '{"format":"graph-model"}'])(
    "%j is none",
    async (text) => {
      expect(await is(text)).toBe(false)
    },
  )

  test("doesn't take a source that can't be read for something else", async () => {
    const error = new StrongroomError("source-unreadable", "It can't be read.")
    const source = { ...bytesSource(utf8("{}")), read: () => Promise.reject(error), byteLength: async () => 2 }
    await expect(isOpencl(source as Source)).rejects.toBe(error)
    const reason = new Error("enough")
    await expect(isOpencl(bytesSource(utf8("{}")), AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
