import type { OnnxGraph, OnnxModel, OnnxNode } from "../onnx/model.js"
import { operators } from "../operators/index.js"

/** Why the engine can't run a network, if so: the operators that it lacks. */
export function whyDeclined({ graph, functions, operatorSets }: OnnxModel): string | undefined {
  const lacking = new Set<string>()
  const visit = (nodes: readonly OnnxNode[], sets: ReadonlyMap<string, number>) => {
    for (const { operator, domain, attributes } of nodes) {
      const key = `${domain}:${operator}`
      if (!operators.has(key) && !functions.has(key)) {
        lacking.add(`${domain === "" ? "" : `${domain}.`}${operator}(${sets.get(domain) ?? 1})`)
      }
      for (const attribute of attributes.values()) {
        const inner: readonly OnnxGraph[] =
          attribute.kind === "graph" ? [attribute.value] : attribute.kind === "graphs" ? attribute.value : []
        for (const one of inner) visit(one.nodes, sets)
      }
    }
  }
  visit(graph.nodes, operatorSets)
  for (const { nodes, operatorSets: sets } of functions.values()) visit(nodes, sets)
  if (lacking.size === 0) return undefined
  return `the OpenCL engine has no operator ${[...lacking].sort().join(", ")}. Run the model with another backend.`
}
