import { limits } from "./limits.js"
import { malformed } from "./malformed.js"
import type { OnnxFunction, OnnxGraph, OnnxNode } from "./model.js"

/** Of nodes when every call in them is written out. */
interface Extent {
  readonly nodes: number
  /** Graphs and functions within one another, itself included. */
  readonly depth: number
}

/**
 * Refuses functions that call themselves, also through others, and those that are too much when every call is written
 * out: thirty that each call the next twice make a billion nodes.
 *
 * @throws StrongroomError `backend-failed`
 */
export function checkFunctions(graph: OnnxGraph, functions: ReadonlyMap<string, OnnxFunction>): void {
  const known = new Map<string, Extent>()
  const open = new Set<string>()

  /** `depth` is that of what the nodes are in. */
  function measure(nodes: readonly OnnxNode[], depth: number): Extent {
    // Before the stack overflows, and not only in the end.
    checkDepth(depth)
    let count = 0
    let deepest = 0
    for (const node of nodes) {
      const within = measureNode(node, depth + 1)
      count += within.nodes
      deepest = Math.max(deepest, within.depth)
      if (count > limits.mostNodes) {
        throw malformed(`it has more than ${limits.mostNodes} nodes when its functions are written out`)
      }
    }
    return { nodes: count, depth: deepest + 1 }
  }

  function measureNode({ domain, operator, attributes }: OnnxNode, depth: number): Extent {
    const called = measureCall(`${domain}:${operator}`, depth)
    const within = Array.from(attributes.values(), (attribute) => {
      if (attribute.kind === "graph") return [measure(attribute.value.nodes, depth)]
      return attribute.kind === "graphs" ? attribute.value.map(({ nodes }) => measure(nodes, depth)) : []
    }).flat()
    // A call is a node too: whoever writes out one of a function without nodes has work.
    return [...called, ...within].reduce(
      (sum, extent) => ({ nodes: sum.nodes + extent.nodes, depth: Math.max(sum.depth, extent.depth) }),
      { nodes: 1, depth: 0 },
    )
  }

  /** None where the operator isn't a function. */
  function measureCall(key: string, depth: number): readonly Extent[] {
    const called = functions.get(key)
    if (called === undefined) return []
    const before = known.get(key)
    if (before !== undefined) {
      checkDepth(depth + before.depth - 1)
      return [before]
    }
    if (open.has(key)) throw malformed("a function calls itself")
    open.add(key)
    const extent = measure(called.nodes, depth)
    open.delete(key)
    known.set(key, extent)
    return [extent]
  }

  measure(graph.nodes, 1)
}

function checkDepth(depth: number): void {
  if (depth > limits.deepestCall)
    throw malformed(`its functions and graphs are nested more than ${limits.deepestCall} deep`)
}
