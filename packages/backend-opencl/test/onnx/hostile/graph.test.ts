import { describe, expect, it } from "vitest"
import { bytes, node, tensor, value } from "../../../../core/test/import-messages.js"
import { floats, graph, refusal, subgraph } from "./messages.js"

const input = (name: string) => value(11, name, 1, [4])
const output = (name: string) => value(12, name, 1, [4])

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
