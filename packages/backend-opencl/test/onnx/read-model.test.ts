import { describe, expect, it } from "vitest"
import { concat } from "../../../core/src/bytes.js"
import {
  bytes,
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
} from "../../../core/test/import-messages.js"
import type { OnnxAttribute, OnnxData, OnnxTensor } from "../../src/onnx/model.js"
import { readOnnxModel } from "../../src/onnx/read-model.js"

const floats = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer)
const fixed32 = (number: number, value: number) => concat(tag(number, 5), new Uint8Array(Float32Array.of(value).buffer))

/** The simplest model around what is to be read. */
const graphOf = (...fields: readonly Uint8Array[]) => readOnnxModel(model(fields)).graph

/** The only initialiser, of these fields of a TensorProto. */
function initializer(...fields: readonly Uint8Array[]): OnnxTensor {
  const { initializers } = graphOf(bytes(5, bytes(8, "w"), ...fields))
  return initializers.get("w") as OnnxTensor
}

const content = (data: OnnxData) => ("bytes" in data ? Array.from(data.bytes) : data)

describe("a model", () => {
  it("has its operator sets by domain, ONNX's own under no name", () => {
    const sets = concat(bytes(8, bytes(1, "ai.onnx"), int(2, 17)), bytes(8, bytes(1, "ai.onnx.ml"), int(2, 3)))
    const read = readOnnxModel(concat(int(1, 8), sets, bytes(7, "")))
    expect([...read.operatorSets]).toEqual([
      ["", 17],
      ["ai.onnx.ml", 3],
    ])
    // Before IR version 3 there was one.
    expect([...readOnnxModel(concat(int(1, 2), bytes(7, ""))).operatorSets]).toEqual([["", 1]])
  })

  it("has nodes with what they take and give, left out or not", () => {
    const { nodes } = graphOf(
      value(11, "x", 1, [4]),
      node("Clip", ["x", "", "x"], ["y", ""], bytes(3, "clip it"), bytes(7, "ai.onnx")),
      node("Own", ["y"], ["z"], bytes(7, "com.example"), bytes(8, "second")),
    )
    expect(nodes).toEqual([
      {
        operator: "Clip",
        domain: "",
        name: "clip it",
        inputs: ["x", "", "x"],
        outputs: ["y", ""],
        attributes: new Map(),
      },
      { operator: "Own:second", domain: "com.example", name: "", inputs: ["y"], outputs: ["z"], attributes: new Map() },
    ])
  })

  it("has values with the sizes that are known", () => {
    const { inputs, outputs } = graphOf(
      value(11, "a", 1, [0, 7, "batch", undefined, -1]),
      value(11, "b", 8, []),
      value(11, "c", 17, [1]),
      value(11, "d", 7),
      bytes(11, bytes(1, "e"), bytes(2, bytes(4, bytes(1, "")))),
      bytes(11, bytes(1, "f")),
      value(12, "a", 1, [1]),
    )
    expect(inputs).toEqual([
      { name: "a", type: "float32", shape: [0, 7, undefined, undefined, undefined] },
      { name: "b", type: "string", shape: [] },
      { name: "c", type: undefined, shape: [1] },
      { name: "d", type: "int64", shape: undefined },
      { name: "e", type: undefined, shape: undefined },
      { name: "f", type: undefined, shape: undefined },
    ])
    expect(outputs).toEqual([{ name: "a", type: "float32", shape: [1] }])
  })

  it("has its own functions by domain and name, with defaults and what refers to attributes", () => {
    const reference = bytes(5, bytes(1, "alpha"), bytes(21, "slope"), int(20, 1))
    const attribute = bytes(11, bytes(1, "slope"), fixed32(2, 0.5), int(20, 1))
    const signature = concat(
      bytes(1, "Leaky"),
      bytes(10, "com.example"),
      bytes(4, "x"),
      bytes(5, "y"),
      bytes(6, "other"),
    )
    const body = bytes(7, node("LeakyRelu", ["x"], ["y"], reference).subarray(2))
    const sets = bytes(9, bytes(1, ""), int(2, 16))
    const read = readOnnxModel(model([], bytes(25, signature, attribute, body, sets)))
    const found = read.functions.get("com.example:Leaky")
    expect(found).toEqual({
      inputs: ["x"],
      outputs: ["y"],
      attributes: new Map([["slope", { kind: "float", value: 0.5 }]]),
      nodes: [expect.objectContaining({ operator: "LeakyRelu" })],
      operatorSets: new Map([["", 16]]),
    })
    expect(found?.nodes[0]?.attributes.get("alpha")).toEqual({ kind: "reference", value: "slope" })
  })
})

describe("an attribute", () => {
  const read = (...fields: readonly Uint8Array[]) =>
    graphOf(node("X", [], [], bytes(5, bytes(1, "a"), ...fields))).nodes[0]?.attributes.get("a")
  const inner = node("Constant", [], ["c"])

  it.each([
    ["a float", { kind: "float", value: 0.5 }, fixed32(2, 0.5), int(20, 1)],
    ["a float that is 0, as proto3 writes it", { kind: "float", value: 0 }, int(20, 1)],
    ["an int", { kind: "int", value: -1n }, int(3, -1), int(20, 2)],
    ["the least int", { kind: "int", value: -(2n ** 63n) }, int(3, -(2n ** 63n)), int(20, 2)],
    ["a text", { kind: "string", value: "é" }, bytes(4, "é"), int(20, 3)],
    ["bytes that are none", { kind: "other" }, bytes(4, Uint8Array.of(0xff)), int(20, 3)],
    ["floats, one by one", { kind: "floats", value: [1, 2] }, fixed32(7, 1), fixed32(7, 2), int(20, 6)],
    ["floats, packed", { kind: "floats", value: [1, 2, 3, 4] }, bytes(7, floats), int(20, 6)],
    ["ints, one by one", { kind: "ints", value: [1n, -2n] }, int(8, 1), int(8, -2), int(20, 7)],
    [
      "ints, packed and not",
      { kind: "ints", value: [300n, 2n, 1n] },
      bytes(8, varint(300), varint(2)),
      int(8, 1),
      int(20, 7),
    ],
    ["no ints", { kind: "ints", value: [] }, int(20, 7)],
    ["texts", { kind: "strings", value: ["", "b"] }, bytes(9, ""), bytes(9, "b"), int(20, 8)],
    ["a type", { kind: "other" }, bytes(14, ""), int(20, 13)],
    ["tensors", { kind: "other" }, bytes(10, ""), int(20, 9)],
    ["without its type, as in IR version 1", { kind: "int", value: 3n }, int(3, 3)],
  ] as [string, OnnxAttribute, ...Uint8Array[]][])("%s", (_what, expected, ...fields) => {
    expect(read(...fields)).toEqual(expected)
  })

  it("a tensor, dense and sparse", () => {
    const expected = { kind: "tensor", value: { type: "float32", shape: [4], data: { bytes: floats } } }
    expect(read(bytes(5, tensor("", [4], floats)), int(20, 4))).toEqual(expected)
    const indices = concat(int(1, 4), int(2, 7), bytes(7, ...[0, 1, 2, 3].map(varint)))
    const sparse = concat(bytes(1, tensor("", [4], floats)), bytes(2, indices), int(3, 4))
    expect(read(bytes(22, sparse), int(20, 11))).toEqual(expected)
  })

  it("a graph, and graphs", () => {
    const graph = {
      nodes: [expect.objectContaining({ outputs: ["c"] })],
      inputs: [],
      outputs: [],
      initializers: new Map(),
    }
    expect(read(bytes(6, inner), int(20, 5))).toEqual({ kind: "graph", value: graph })
    expect(read(bytes(11, inner), bytes(11, inner), int(20, 10))).toEqual({ kind: "graphs", value: [graph, graph] })
  })
})

describe("a tensor", () => {
  it("is a view where its bytes are in the file", () => {
    const file = Buffer.from(model([bytes(5, tensor("w", [2, 2], floats))]))
    const read = readOnnxModel(file).graph.initializers.get("w") as OnnxTensor
    expect(read).toStrictEqual({ type: "float32", shape: [2, 2], data: { bytes: floats } })
    expect("bytes" in read.data && read.data.bytes.buffer).toBe(file.buffer)
  })

  /** The bytes of numbers in an array of this class. */
  const of = (array: { readonly buffer: ArrayBufferLike }) => Array.from(new Uint8Array(array.buffer))
  const double = (value: number) => concat(tag(10, 1), new Uint8Array(Float64Array.of(value).buffer))

  it.each([
    ["float32", 1, 2, [bytes(4, floats.subarray(0, 8))], of(Float32Array.of(1, 2))],
    ["float32", 1, 2, [fixed32(4, 1), fixed32(4, 2)], of(Float32Array.of(1, 2))],
    ["float64", 11, 2, [double(1), double(2)], of(Float64Array.of(1, 2))],
    ["int32", 6, 3, [bytes(5, varint(-1), varint(2 ** 31 - 1)), int(5, 7)], of(Int32Array.of(-1, 2 ** 31 - 1, 7))],
    ["int16", 5, 2, [bytes(5, varint(-32768), varint(32767))], of(Int16Array.of(-32768, 32767))],
    ["int8", 3, 2, [bytes(5, varint(-128), varint(127))], of(Int8Array.of(-128, 127))],
    ["uint16", 4, 1, [int(5, 65535)], of(Uint16Array.of(65535))],
    ["uint8", 2, 1, [int(5, 255)], [255]],
    ["bool", 9, 3, [bytes(5, varint(0), varint(1), varint(5))], [0, 1, 1]],
    ["float16", 10, 1, [int(5, 0x3c00)], of(Uint16Array.of(0x3c00))],
    ["bfloat16", 16, 1, [int(5, 0xbf80)], of(Uint16Array.of(0xbf80))],
    ["int64", 7, 2, [bytes(7, varint(-1), varint(2n ** 62n))], of(BigInt64Array.of(-1n, 2n ** 62n))],
    ["uint64", 13, 1, [int(11, 2n ** 64n - 1n)], of(BigUint64Array.of(2n ** 64n - 1n))],
    ["uint32", 12, 1, [int(11, 2 ** 32 - 1)], of(Uint32Array.of(2 ** 32 - 1))],
    ["uint4", 21, 3, [bytes(5, varint(0x21), varint(0x03))], [0x21, 0x03]],
    ["int4", 22, 3, [bytes(5, varint(-1), varint(0x0f))], [0xff, 0x0f]],
    ["float32", 1, 0, [], []],
  ] as const)("%s (%i), %i elements from its own field", (type, number, count, fields, expected) => {
    const read = initializer(int(1, count), int(2, number), ...fields)
    expect(read).toMatchObject({ type, shape: [count] })
    expect(content(read.data)).toEqual(expected)
  })

  it("of truth values holds zeros and ones", () => {
    const read = initializer(int(1, 3), int(2, 9), bytes(9, Uint8Array.of(0, 1, 255)))
    expect(content(read.data)).toEqual([0, 1, 1])
  })

  it("of strings has them", () => {
    const read = initializer(int(1, 2), int(2, 8), bytes(6, "a"), bytes(6, ""))
    expect(read).toEqual({ type: "string", shape: [2], data: { strings: ["a", ""] } })
  })

  it("of a type without a name in the contract is of another", () => {
    expect(initializer(int(1, 1), int(2, 17), bytes(9, Uint8Array.of(1)))).toMatchObject({ type: "other", shape: [1] })
    expect(initializer(int(1, 1), int(2, 14), bytes(4, floats.subarray(0, 8)))).toMatchObject({ type: "other" })
  })

  it("in another file says where", () => {
    const read = (given: Parameters<typeof externalTensor>[1]) =>
      graphOf(bytes(5, externalTensor("w", given))).initializers.get("w")?.data
    expect(read({ location: "a/b.bin", offset: 8, length: 16 })).toEqual({
      location: "a/b.bin",
      offset: 8,
      byteLength: 16,
    })
    // A length may hold padding; an offset may be left out, and a length too.
    expect(read({ location: "b", length: 4096 })).toEqual({ location: "b", offset: 0, byteLength: 16 })
    expect(read({ location: "b", type: 22, dims: [3] })).toEqual({ location: "b", offset: 0, byteLength: 2 })
  })

  it("that is sparse is made dense, by places or by one index a dimension", () => {
    const values = concat(int(1, 2), int(2, 6), bytes(8, "w"), bytes(5, varint(7), varint(9)))
    const read = (indices: Uint8Array) => {
      const { initializers } = graphOf(bytes(15, bytes(1, values), bytes(2, indices), int(3, 2), int(3, 3)))
      return initializers.get("w")
    }
    const dense = {
      type: "int32",
      shape: [2, 3],
      data: { bytes: new Uint8Array(Int32Array.of(0, 7, 0, 0, 0, 9).buffer) },
    }
    expect(read(concat(int(1, 2), int(2, 7), bytes(7, varint(1), varint(5))))).toEqual(dense)
    const pairs = concat(int(1, 2), int(1, 2), int(2, 7), bytes(7, ...[0, 1, 1, 2].map(varint)))
    expect(read(pairs)).toEqual(dense)
  })
})

it("a graph in a graph sees what is around it, and may hide it", () => {
  const inner = concat(
    node("Neg", ["x"], ["y"]),
    bytes(5, tensor("w", [4], floats)),
    node("Add", ["y", "w"], ["sum"]),
    value(12, "sum", 1),
  )
  const whole = graphOf(
    value(11, "x", 1, [4]),
    bytes(5, tensor("w", [4], floats)),
    node("If", ["x"], ["z"], bytes(5, bytes(1, "then_branch"), bytes(6, inner), int(20, 5))),
    node("Add", ["x", "z"], ["y"]),
    value(12, "y", 1),
  )
  expect(whole.nodes).toHaveLength(2)
})

it("a large model is read in moments", () => {
  const count = 50_000
  const nodes = many(count, (index) => node("Neg", [index === 0 ? "x" : `n${index - 1}`], [`n${index}`]))
  const read = readOnnxModel(concat(int(1, 8), opset, bytes(7, value(11, "x", 1, [1]), nodes)))
  expect(read.graph.nodes).toHaveLength(count)
})
