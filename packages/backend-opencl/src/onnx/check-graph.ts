import { malformed } from "./malformed.js"
import type { OnnxGraph, OnnxNode } from "./model.js"

/** The values that a graph has defined so far, and those of the graph that it is an attribute in. */
interface Scope {
  readonly defined: Set<string>
  readonly outer: Scope | undefined
}

/**
 * Refuses graphs that aren't in an order in which they can be computed, and those in which a value has two definitions or
 * none. A graph within a graph may use the outer one's values, and define one of the same name for itself.
 *
 * @throws StrongroomError `backend-failed`
 */
export function checkGraph(graph: OnnxGraph, outer?: Scope): void {
  const inputs = graph.inputs.map(({ name }) => name)
  const scope = scopeOf(inputs, outer)
  for (const name of graph.initializers.keys()) scope.defined.add(name)
  const outputs = graph.outputs.map(({ name }) => name)
  checkIn(scope, graph.nodes, outputs)
}

/** As {@link checkGraph}, for the nodes of a function. */
export function checkNodes(nodes: readonly OnnxNode[], inputs: readonly string[], outputs: readonly string[]): void {
  checkIn(scopeOf(inputs, undefined), nodes, outputs)
}

function scopeOf(inputs: readonly string[], outer: Scope | undefined): Scope {
  const defined = new Set(inputs)
  if (defined.size < inputs.length) throw malformed("two inputs have one name")
  return { defined, outer }
}

function checkIn(scope: Scope, nodes: readonly OnnxNode[], outputs: readonly string[]): void {
  for (const node of nodes) {
    if (node.inputs.some((name) => name !== "" && !isDefined(name, scope))) {
      throw malformed("a node takes a value that nothing before it gives: its nodes must be sorted")
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === "graph") checkGraph(attribute.value, scope)
      if (attribute.kind === "graphs") for (const graph of attribute.value) checkGraph(graph, scope)
    }
    for (const name of node.outputs) {
      if (scope.defined.has(name)) throw malformed("a value is defined twice")
      if (name !== "") scope.defined.add(name)
    }
  }
  if (!outputs.every((name) => isDefined(name, scope))) throw malformed("nothing gives one of its outputs")
}

function isDefined(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.defined.has(name)) return true
  return false
}
