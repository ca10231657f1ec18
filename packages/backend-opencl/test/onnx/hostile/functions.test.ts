import { describe, expect, it } from "vitest"
import { bytes, int, many, model, node } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { refusal, subgraph } from "./messages.js"

/** FunctionProto of `secret.domain` whose nodes call these. */
const calling = (name: string, calls: readonly string[]) =>
  bytes(25, bytes(1, name), bytes(10, "secret.domain"), ...calls.map((one) => bytes(7, call(one).subarray(2))))
const call = (name: string) => node(name, [], [], bytes(7, "secret.domain"))

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
