import { type TensorSpec, tensor } from "@strongroom/core"
import type { Network, NetworkNode, Operator, Weight } from "./network.js"

type Shape = TensorSpec["shape"]
type Type = TensorSpec["type"]

const spec = (name: string, shape: Shape, type: Type = "float32"): TensorSpec => ({ name, type, shape })
const node = (operator: Operator, inputs: readonly string[], output: string): NetworkNode => ({
  operator,
  inputs,
  output,
})

function network(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  nodes: readonly NetworkNode[],
): Network {
  return { inputs, outputs, nodes, weights: [], separateWeights: false }
}

/** y = x */
export function identity(type: Type, shape: Shape): Network {
  return network([spec("x", shape, type)], [spec("y", shape, type)], [node("identity", ["x"], "y")])
}

/** y = not x */
export function logicalNot(shape: Shape): Network {
  return network([spec("x", shape, "bool")], [spec("y", shape, "bool")], [node("not", ["x"], "y")])
}

/** y = a + b, or a - b */
export function elementwise(operator: "add" | "subtract", shape: Shape, type: Type = "float32"): Network {
  const inputs = [spec("a", shape, type), spec("b", shape, type)]
  return network(inputs, [spec("y", shape, type)], [node(operator, ["a", "b"], "y")])
}

/** y = a b, matrices of these shapes; a name of a size in one may stand for any. */
export function matrixProduct(a: Shape, b: Shape): Network {
  const y = [a[0] ?? "?", b[1] ?? "?"]
  return network([spec("a", a), spec("b", b)], [spec("y", y)], [node("matmul", ["a", "b"], "y")])
}

/** sum = a + b, difference = a - b */
export function twoOutputs(): Network {
  const nodes = [node("add", ["a", "b"], "sum"), node("subtract", ["a", "b"], "difference")]
  return network([spec("a", [2]), spec("b", [2])], [spec("sum", [2]), spec("difference", [2])], nodes)
}

/** y = x + state, next = y: the state of the next run. */
export function accumulator(size: number): Network {
  const inputs = [spec("x", [size]), spec("state", [size])]
  const nodes = [node("add", ["x", "state"], "y"), node("identity", ["y"], "next")]
  return network(inputs, [spec("y", [size]), spec("next", [size])], nodes)
}

/** y = x + w, for as many rows as there are. */
export function withWeights(weights: readonly number[], separateWeights: boolean): Network {
  const shape = ["rows", weights.length]
  const weight: Weight = { name: "w", tensor: tensor("float32", [weights.length], weights) }
  const base = network([spec("x", shape)], [spec("y", shape)], [node("add", ["x", "w"], "y")])
  return { ...base, weights: [weight], separateWeights }
}

/** Names that no error may hold. */
export const secretNames = ["secret-node-7f3a", "secret-hidden-7f3a"] as const

/** A network with an operator that no engine has, between nodes with secret names. */
export function unheardOf(): Network {
  const [first, second] = secretNames
  const nodes = [node("identity", ["x"], first), node("unheard", [first], second), node("identity", [second], "y")]
  return network([spec("x", [2])], [spec("y", [2])], nodes)
}

/** A product of matrices whose sizes need not go together, between nodes with secret names. */
export function mayFail(): Network {
  const [first, second] = secretNames
  const nodes = [node("identity", ["a"], first), node("matmul", [first, "b"], second), node("identity", [second], "y")]
  return network([spec("a", ["n", "k"]), spec("b", ["m", "p"])], [spec("y", ["n", "p"])], nodes)
}
