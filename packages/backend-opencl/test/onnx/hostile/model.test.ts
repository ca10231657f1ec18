import { StrongroomError } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import { concat } from "../../../../core/src/bytes.js"
import { adder, bytes, int, model, node, opset, tag, tensor, varint } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { attribute, floats, graph, refusal, subgraph } from "./messages.js"

describe("a model", () => {
  it.each([
    ["of no bytes", new Uint8Array(0), "no IR version"],
    ["without a graph", concat(int(1, 8), opset), "no graph"],
    ["without an IR version", concat(opset, bytes(7, "")), "no IR version"],
    ["of a negative IR version", concat(int(1, -1), opset, bytes(7, "")), "impossible"],
    ["without operator sets", concat(int(1, 8), bytes(7, "")), "no operator set"],
    ["with an operator set twice", concat(model([]), opset), "twice"],
    [
      "with an operator set under both its names",
      concat(model([]), bytes(8, bytes(1, "ai.onnx"), int(2, 17))),
      "twice",
    ],
    ["with an operator set without a version", concat(int(1, 8), bytes(8, bytes(1, "")), bytes(7, "")), "no version"],
    ["with an operator set of a negative version", concat(int(1, 8), bytes(8, int(2, -1)), bytes(7, "")), "impossible"],
    ["with two graphs", concat(model([]), bytes(7, "")), "twice"],
    ["whose graph is a number", concat(int(1, 8), opset, int(7, 1)), "isn't of the type"],
    ["whose IR version is a text", concat(bytes(1, "secret"), opset, bytes(7, "")), "isn't of the type"],
    ["with a group", concat(model([]), tag(99, 3), tag(99, 4)), "groups"],
    ["with a wire type that isn't one", concat(model([]), tag(99, 6)), "protobuf"],
    ["with a field of number 0", concat(model([]), int(0, 1)), "protobuf"],
    ["with a tag that is too long", concat(model([]), varint(2n ** 40n)), "protobuf"],
    ["with a number that is too long", concat(new Uint8Array([8]), new Uint8Array(11).fill(0x80)), "protobuf"],
    ["with a field that goes on behind its end", concat(model([]), tag(99, 2), varint(5)), "protobuf"],
    ["with a field of 4 GiB", concat(model([]), tag(99, 2), varint(2 ** 32 - 1)), "protobuf"],
    ["with a name that isn't a text", graph(bytes(1, bytes(4, Uint8Array.of(0xc3)))), "UTF-8"],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it("cut off anywhere is refused, or ends between two fields", () => {
    const whole = adder(bytes(5, tensor("w", [4], floats)))
    for (let length = 0; length < whole.length; length++) {
      try {
        readOnnxModel(whole.subarray(0, length))
        throw new Error(`${length} bytes were taken.`)
      } catch (error) {
        expect([length, StrongroomError.is(error) && error.code]).toEqual([length, "backend-failed"])
      }
    }
  })

  it("of graphs in graphs is read to 32 and refused before the stack ends", () => {
    const nested = (depth: number) => {
      let inner: Uint8Array = new Uint8Array(0)
      for (let level = 0; level < depth; level++) inner = node("X", [], [], subgraph(inner))
      return model([inner])
    }
    expect(readOnnxModel(nested(31)).graph.nodes).toHaveLength(1)
    expect(refusal(nested(32))).toContain("32 deep")
    expect(refusal(nested(5_000))).toContain("32 deep")
  })

  it("of ten million nodes is refused within a minute", { timeout: 60_000 }, () => {
    const nodes = new Uint8Array(10_000_000 * 5)
    // NodeProto with op_type "X".
    const one = bytes(1, bytes(4, "X"))
    for (let at = 0; at < nodes.length; at += 5) nodes.set(one, at)
    expect(refusal(model([nodes]))).toContain("more than 1048576 nodes")
  })

  it("of more fields or list members than any has is refused", () => {
    // Fields of number 15, which ONNX's models don't have.
    const unknown = new Uint8Array(2 ** 25 + 2).fill(0x78)
    expect(refusal(concat(model([]), unknown))).toContain("fields")
    expect(refusal(attribute(bytes(8, new Uint8Array(2 ** 24)), int(20, 7)))).toContain("fields")
    expect(refusal(attribute(bytes(7, new Uint8Array(2 ** 26)), int(20, 6)))).toContain("fields")
  })
})
