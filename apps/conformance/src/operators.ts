import { readFileSync } from "node:fs"
import type { Case } from "./case.js"
import { type OnnxModel, readOnnxModel } from "./onnx-files.js"

/**
 * What each case is of, by kind and name: the operator of its first node that isn't a constant. Of an operator that is
 * written out as others (`test_celu_expanded`, `test_softmax_example_expanded_ver18`) it is the operator itself, which the
 * case of the same name without that has. Networks are of none.
 */
export function operatorsOf(cases: readonly Case[]): ReadonlyMap<Case, string> {
  const byName = new Map(cases.map((one) => [one.name, one]))
  return new Map(
    cases.map((one) => {
      if (one.kind === "light") return [one, "networks"]
      const whole = byName.get(one.name.replace(/_expanded(_ver\d+)?$/, ""))
      return [one, operatorOf(whole ?? one)]
    }),
  )
}

function operatorOf({ model, kind }: Case): string {
  let graph: OnnxModel["graph"]
  try {
    graph = readOnnxModel(readFileSync(model)).graph
  } catch {
    return kind
  }
  const node = graph.nodes.find(({ operator }) => operator !== "Constant") ?? graph.nodes[0]
  if (node === undefined) return kind
  return node.domain === "" ? node.operator : `${node.domain}.${node.operator}`
}
