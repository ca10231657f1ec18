import { describe, expect, it } from "vitest"
import { bytes, int, model, node, tensor } from "../../../../core/test/import-messages.js"
import { attribute, floats, graph, refusal } from "./messages.js"

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
