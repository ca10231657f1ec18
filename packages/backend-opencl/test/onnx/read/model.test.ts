import { describe, expect, it } from "vitest"
import { concat } from "../../../../core/src/bytes.js"
import { bytes, int, many, model, node, opset, tensor, value } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { fixed32, floats, graphOf } from "./reading.js"

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

it("a large model is read within a minute", { timeout: 60_000 }, () => {
  const count = 50_000
  const nodes = many(count, (index) => node("Neg", [index === 0 ? "x" : `n${index - 1}`], [`n${index}`]))
  const read = readOnnxModel(concat(int(1, 8), opset, bytes(7, value(11, "x", 1, [1]), nodes)))
  expect(read.graph.nodes).toHaveLength(count)
})
