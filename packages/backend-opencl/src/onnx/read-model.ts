import { checkFunctions } from "./check-functions.js"
import { checkGraph, checkNodes } from "./check-graph.js"
import { malformed } from "./malformed.js"
import { type Budget, newBudget, onlyOne, walk } from "./message.js"
import type { OnnxFunction, OnnxModel } from "./model.js"
import { readFunction } from "./read-function.js"
import { readGraph } from "./read-graph.js"
import { addOperatorSet } from "./read-operator-set.js"

/**
 * An ONNX model of IR version 1 or later from its file's bytes, which it keeps views of. Memory and time are in proportion
 * to their length; `limits.ts` has what is the most of each.
 *
 * Core's importer reads such files too, for their inputs, outputs and external files alone, from sources that are larger
 * than memory; this one needs all of a graph that is in memory.
 *
 * @throws StrongroomError `backend-failed` for bytes that aren't an ONNX model, and models that ONNX doesn't allow: the
 *   message has no name of the model's own.
 */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  const budget = newBudget()
  // No Buffer, of which a tensor's view would be one too, and its slice() no copy.
  const found = readParts(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), budget)
  if (found.graph === undefined) throw malformed("it has no graph")
  const graph = readGraph(found.graph, budget, { depth: 1, inFunction: false })
  const functions = new Map<string, OnnxFunction>()
  for (const message of found.functions) {
    const { key, value } = readFunction(message, budget)
    if (functions.has(key)) throw malformed("two functions have one name")
    functions.set(key, value)
  }
  checkGraph(graph)
  for (const { nodes, inputs, outputs } of functions.values()) checkNodes(nodes, inputs, outputs)
  checkFunctions(graph, functions)
  return { graph, operatorSets: found.operatorSets, functions }
}

/** ModelProto: ir_version = 1, graph = 7, opset_import = 8, functions = 25. */
function readParts(message: Uint8Array, budget: Budget) {
  let version = 0
  let graph: Uint8Array | undefined
  const operatorSets = new Map<string, number>()
  const functions: Uint8Array[] = []
  walk(message, budget, (field) => {
    switch (field.number) {
      case 1:
        version = Number(field.int())
        break
      case 7:
        graph = onlyOne(graph, field)
        break
      case 8:
        addOperatorSet(operatorSets, field.bytes(), budget)
        break
      case 25:
        functions.push(field.bytes())
        break
    }
  })
  if (version === 0) throw malformed("it has no IR version")
  if (version < 0 || version > 1000) throw malformed("it has an impossible IR version")
  if (operatorSets.size === 0) {
    if (version >= 3) throw malformed("it names no operator set")
    operatorSets.set("", 1)
  }
  return { graph, operatorSets, functions }
}
