import { StrongroomError } from "@strongroom/core"
import { describe, expect, it } from "vitest"
import { concat } from "../../../core/src/bytes.js"
import {
  adder,
  bytes,
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
} from "../../../core/test/import-messages.js"
import { readOnnxModel } from "../../src/onnx/read-model.js"

const floats = new Uint8Array(16)

/** Every name that a hostile model here has begins so, and no error holds it. */
const secret = "secret"

/** What the error says is wrong. */
function refusal(content: Uint8Array): string {
  try {
    readOnnxModel(content)
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    expect(error.code).toBe("backend-failed")
    expect(`${error.message}${error.cause ?? ""}`).not.toContain(secret)
    return error.message.replace("This isn't an ONNX model, or is a damaged one: ", "")
  }
  throw new Error("It was taken.")
}

const graph = (...fields: readonly Uint8Array[]) => model(fields)
const initializer = (...fields: readonly Uint8Array[]) => graph(bytes(5, bytes(8, "secret-w"), ...fields))
const attribute = (...fields: readonly Uint8Array[]) =>
  graph(node("X", [], [], bytes(5, bytes(1, "secret-a"), ...fields)))
const subgraph = (...fields: readonly Uint8Array[]) => bytes(5, bytes(1, "body"), bytes(6, ...fields), int(20, 5))
const input = (name: string) => value(11, name, 1, [4])
const output = (name: string) => value(12, name, 1, [4])
/** FunctionProto of `secret.domain` whose nodes call these. */
const calling = (name: string, calls: readonly string[]) =>
  bytes(25, bytes(1, name), bytes(10, "secret.domain"), ...calls.map((one) => bytes(7, call(one).subarray(2))))
const call = (name: string) => node(name, [], [], bytes(7, "secret.domain"))

describe("a graph", () => {
  it.each([
    [
      "that computes in circles",
      graph(node("Neg", ["secret-b"], ["secret-a"]), node("Neg", ["secret-a"], ["secret-b"])),
      "sorted",
    ],
    ["whose node takes its own output", graph(node("Neg", ["secret-a"], ["secret-a"])), "sorted"],
    [
      "that isn't sorted",
      graph(input("secret-x"), node("Neg", ["secret-a"], ["b"]), node("Neg", ["secret-x"], ["secret-a"])),
      "sorted",
    ],
    ["with a value that nothing gives", graph(node("Neg", ["secret-x"], ["y"])), "sorted"],
    ["with an output that nothing gives", graph(output("secret-y")), "nothing gives one of its outputs"],
    ["with two definitions by nodes", graph(node("X", [], ["secret-y"]), node("X", [], ["secret-y"])), "defined twice"],
    ["with two definitions by one node", graph(node("X", [], ["secret-y", "secret-y"])), "defined twice"],
    ["with an input that a node defines", graph(input("secret-y"), node("X", [], ["secret-y"])), "defined twice"],
    [
      "with an initialiser that a node defines",
      graph(bytes(5, tensor("secret-w", [4], floats)), node("X", [], ["secret-w"])),
      "defined twice",
    ],
    ["with two inputs of one name", graph(input("secret-x"), input("secret-x")), "two inputs"],
    [
      "with two initialisers of one name",
      graph(bytes(5, tensor("secret-w", [4], floats)), bytes(5, tensor("secret-w", [4], floats))),
      "two initialisers",
    ],
    ["with an initialiser without a name", graph(bytes(5, tensor("", [4], floats))), "no name"],
    ["with an input without a name", graph(input("")), "no name"],
    ["with a node without an operator", graph(bytes(1, bytes(2, "secret-y"))), "no operator"],
    [
      "within one that uses what comes after it",
      graph(node("If", [], ["z"], subgraph(node("Neg", ["secret-y"], ["a"]))), node("X", [], ["secret-y"])),
      "sorted",
    ],
    [
      "within one whose values are used outside",
      graph(node("If", [], ["z"], subgraph(node("X", [], ["secret-a"]))), node("Neg", ["secret-a"], ["y"])),
      "sorted",
    ],
    [
      "within one that uses its own node's output",
      graph(node("If", [], ["secret-z"], subgraph(node("Neg", ["secret-z"], ["a"])))),
      "sorted",
    ],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })
})

describe("an attribute", () => {
  it.each([
    ["without a name", graph(node("X", [], [], bytes(5, int(3, 1), int(20, 2)))), "no name"],
    [
      "twice",
      graph(node("X", [], [], bytes(5, bytes(1, "secret-a"), int(20, 7)), bytes(5, bytes(1, "secret-a"), int(20, 7)))),
      "one name",
    ],
    ["with two values", attribute(int(3, 1), bytes(4, "secret-b"), int(20, 2)), "two values"],
    ["whose value isn't of its type", attribute(bytes(4, "secret-b"), int(20, 2)), "isn't of its type"],
    ["of a type that isn't one", attribute(int(3, 1), int(20, 99)), "no type"],
    ["of a negative type", attribute(int(3, 1), int(20, -1)), "no type"],
    ["without type and value", attribute(), "no type"],
    ["that is a tensor and has none", attribute(int(20, 4)), "missing"],
    [
      "that is a tensor and has two",
      attribute(bytes(5, tensor("", [4], floats)), bytes(5, tensor("", [4], floats)), int(20, 4)),
      "twice",
    ],
    ["whose floats are cut off", attribute(bytes(7, floats.subarray(1)), int(20, 6)), "cut off"],
    ["whose ints are cut off", attribute(bytes(8, Uint8Array.of(0x80)), int(20, 7)), "cut off"],
    ["that refers to a function's, in no function", attribute(bytes(21, "secret-b"), int(20, 2)), "refers"],
    [
      "that refers to another and has a value",
      model(
        [],
        bytes(
          25,
          bytes(1, "f"),
          bytes(
            7,
            node("X", [], [], bytes(5, bytes(1, "a"), bytes(21, "secret-b"), int(3, 1), int(20, 2))).subarray(2),
          ),
        ),
      ),
      "refers",
    ],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })
})

describe("a tensor", () => {
  it.each([
    ["of negative size", initializer(int(1, -4), int(2, 1), bytes(9, floats)), "negative"],
    ["of impossible size", initializer(int(1, 2 ** 30), int(1, 2 ** 30), int(2, 1), bytes(9, floats)), "2^53"],
    ["of a size above 2^53", initializer(int(1, 2n ** 62n), int(2, 1), bytes(9, floats)), "2^53"],
    [
      "of 33 dimensions",
      initializer(bytes(1, ...new Array(33).fill(varint(1))), int(2, 1), bytes(9, floats)),
      "32 dimensions",
    ],
    ["of a million dimensions", initializer(bytes(1, new Uint8Array(1_000_000)), int(2, 1)), "32 dimensions"],
    ["with fewer bytes than its shape says", initializer(int(1, 5), int(2, 1), bytes(9, floats)), "fewer bytes"],
    ["with more bytes than its shape says", initializer(int(1, 3), int(2, 1), bytes(9, floats)), "more or fewer bytes"],
    ["with no bytes", initializer(int(1, 4), int(2, 1)), "fewer bytes"],
    ["with a terabyte that isn't there", initializer(int(1, 2 ** 40), int(2, 6), int(5, 1)), "fewer elements"],
    [
      "with fewer elements than its shape says",
      initializer(int(1, 2), int(2, 7), bytes(7, varint(1))),
      "fewer elements",
    ],
    ["with fewer, longer elements", initializer(int(1, 2), int(2, 7), bytes(7, varint(-1))), "cut off"],
    [
      "with more elements than its shape says",
      initializer(int(1, 1), int(2, 7), bytes(7, varint(1), varint(2))),
      "more elements",
    ],
    ["whose elements are cut off", initializer(int(1, 1), int(2, 6), bytes(5, Uint8Array.of(0x80))), "cut off"],
    [
      "whose elements are too long",
      initializer(int(1, 1), int(2, 6), bytes(5, new Uint8Array(12).fill(0x80))),
      "cut off",
    ],
    ["whose elements aren't of its type", initializer(int(1, 1), int(2, 2), int(5, 256)), "no number of its type"],
    ["whose unsigned elements are negative", initializer(int(1, 1), int(2, 4), int(5, -1)), "no number of its type"],
    ["whose elements are in another type's field", initializer(int(1, 1), int(2, 1), int(5, 1)), "fewer bytes"],
    ["with its data twice", initializer(int(1, 4), int(2, 1), bytes(9, floats), bytes(4, floats)), "two ways"],
    ["of no type", initializer(int(1, 4), bytes(9, floats)), "no type"],
    ["of a type that isn't one", initializer(int(1, 4), int(2, 99), bytes(9, floats)), "doesn't have"],
    ["of a type above 2^53", initializer(int(1, 4), int(2, 2n ** 62n), bytes(9, floats)), "doesn't have"],
    ["of strings, as bytes", initializer(int(1, 4), int(2, 8), bytes(9, floats)), "strings"],
    ["with too few strings", initializer(int(1, 4), int(2, 8), bytes(6, "secret-s")), "strings"],
    ["with strings that aren't texts", initializer(int(1, 1), int(2, 8), bytes(6, Uint8Array.of(0xff))), "UTF-8"],
    ["in segments", initializer(int(1, 4), int(2, 1), bytes(9, floats), bytes(3, int(1, 0), int(2, 4))), "a piece"],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it.each([
    ["without a location", { location: "" }, "in which"],
    ["with an offset that isn't a number", { location: "secret", offset: "1e3" }, "isn't a number"],
    ["with a negative offset", { location: "secret", offset: -1 }, "isn't a number"],
    ["with an impossible offset", { location: "secret", offset: "99999999999999999999" }, "isn't a number"],
    ["that ends above 2^53", { location: "secret", offset: 2 ** 53 - 1, length: 16 }, "2^53"],
    ["with less data than elements", { location: "secret", length: 15 }, "shorter"],
    ["of strings", { location: "secret", type: 8 }, "strings"],
  ] as [string, ExternalTensor, string][])("in another file %s", (_what, given, words) => {
    expect(refusal(graph(bytes(5, externalTensor("secret-w", given))))).toContain(words)
  })
})

describe("a sparse tensor", () => {
  const values = concat(int(1, 2), int(2, 1), bytes(8, "secret-w"), bytes(9, floats.subarray(0, 8)))
  const indices = (...fields: readonly Uint8Array[]) => concat(int(2, 7), ...fields)
  const two = indices(int(1, 2), bytes(7, varint(0), varint(1)))
  const sparse = (...fields: readonly Uint8Array[]) => graph(bytes(15, ...fields))
  it.each([
    ["without values", sparse(bytes(2, two), int(3, 4)), "no values"],
    ["without indices", sparse(bytes(1, values), int(3, 4)), "no indices"],
    [
      "with an index outside of it",
      sparse(bytes(1, values), bytes(2, indices(int(1, 2), bytes(7, varint(0), varint(4)))), int(3, 4)),
      "outside",
    ],
    [
      "with a negative index",
      sparse(bytes(1, values), bytes(2, indices(int(1, 2), bytes(7, varint(0), varint(-1)))), int(3, 4)),
      "outside",
    ],
    ["with an index too few", sparse(bytes(1, values), bytes(2, indices(int(1, 1), int(7, 0))), int(3, 4)), "as many"],
    [
      "with indices of another rank",
      sparse(
        bytes(1, values),
        bytes(2, indices(int(1, 2), int(1, 1), bytes(7, varint(0), varint(1)))),
        int(3, 2),
        int(3, 2),
      ),
      "rank",
    ],
    ["that would be too large", sparse(bytes(1, values), bytes(2, two), int(3, 2 ** 40)), "made dense"],
    [
      "with values in another file",
      sparse(bytes(1, externalTensor("secret-w", { location: "secret", dims: [2] })), bytes(2, two), int(3, 4)),
      "can't be made dense",
    ],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it("as several, that would together be too large", () => {
    const large = (index: number) =>
      bytes(
        15,
        bytes(1, int(1, 2), int(2, 1), bytes(8, `w${index}`), bytes(9, floats.subarray(0, 8))),
        bytes(2, two),
        int(3, 2 ** 24),
      )
    expect(refusal(graph(many(5, large)))).toContain("made dense")
    expect(readOnnxModel(graph(many(4, large))).graph.initializers.size).toBe(4)
  })
})

describe("functions", () => {
  it.each([
    ["of one name", model([], calling("f", []), calling("f", [])), "one name"],
    ["without a name", model([], calling("", [])), "no name"],
    ["that call themselves", model([call("f")], calling("f", ["f"])), "calls itself"],
    ["that call each other", model([call("f")], calling("f", ["g"]), calling("g", ["f"])), "calls itself"],
    [
      "that call themselves from a graph within",
      model(
        [call("f")],
        bytes(
          25,
          bytes(1, "f"),
          bytes(10, "secret.domain"),
          bytes(7, node("If", [], [], subgraph(call("f"))).subarray(2)),
        ),
      ),
      "calls itself",
    ],
    [
      "whose nodes aren't sorted",
      model([], bytes(25, bytes(1, "f"), bytes(7, node("Neg", ["secret-a"], ["b"]).subarray(2)))),
      "sorted",
    ],
    ["whose outputs nothing gives", model([], bytes(25, bytes(1, "f"), bytes(5, "secret-a"))), "outputs"],
    [
      "with a default that refers to another",
      model([], bytes(25, bytes(1, "f"), bytes(11, bytes(1, "a"), bytes(21, "secret-b"), int(20, 2)))),
      "refers",
    ],
  ])("%s", (_what, content, words) => {
    expect(refusal(content)).toContain(words)
  })

  it("that each call the next twice are refused before anybody writes them out", () => {
    const doubling = many(40, (index) => calling(`f${index}`, index < 39 ? [`f${index + 1}`, `f${index + 1}`] : []))
    expect(refusal(model([call("f0")], doubling))).toContain("written out")
  })

  it("in a long chain are refused in whatever order they are met", () => {
    const chain = (count: number) =>
      many(count, (index) => calling(`f${index}`, index < count - 1 ? [`f${index + 1}`] : []))
    expect(refusal(model([call("f0")], chain(10_000)))).toContain("deep")
    expect(refusal(model([many(100, (index) => call(`f${99 - index}`))], chain(100)))).toContain("deep")
    expect(readOnnxModel(model([call("f0")], chain(50))).functions.size).toBe(50)
  })
})

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

  it("of ten million nodes is refused in seconds", () => {
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
