import { describe, expect, it } from "vitest"
import { concat } from "../../../../core/src/bytes.js"
import { bytes, int, node, tensor, varint } from "../../../../core/test/import-messages.js"
import type { OnnxAttribute } from "../../../src/onnx/model.js"
import { fixed32, floats, graphOf } from "./reading.js"

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
