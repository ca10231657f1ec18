import { limits } from "./limits.js"
import { malformed } from "./malformed.js"
import { type Budget, spendObject, walk } from "./message.js"
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from "./model.js"
// biome-ignore lint/suspicious/noImportCycles: nodes have attributes, which may hold graphs
import { readAttribute } from "./read-attribute.js"
import { readSparseTensor } from "./read-sparse-tensor.js"
import { type NamedTensor, readTensor } from "./read-tensor.js"
import { readValue } from "./read-value.js"

/** Where a graph or node is: how many graphs around it, and whether it is of a function. */
export interface GraphPlace {
  readonly depth: number
  readonly inFunction: boolean
}

/** GraphProto: node = 1, initializer = 5, input = 11, output = 12, sparse_initializer = 15. */
export function readGraph(message: Uint8Array, budget: Budget, place: GraphPlace): OnnxGraph {
  if (place.depth > limits.deepestGraph) throw malformed(`its graphs are nested more than ${limits.deepestGraph} deep`)
  const nodes: OnnxNode[] = []
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  const initializers = new Map<string, OnnxTensor>()
  const add = ({ name, tensor }: NamedTensor) => {
    if (name === "") throw malformed("an initialiser has no name")
    if (initializers.has(name)) throw malformed("two initialisers have one name")
    initializers.set(name, tensor)
  }
  walk(message, budget, (field) => {
    switch (field.number) {
      case 1:
        nodes.push(readNode(field.bytes(), budget, place))
        break
      case 5:
        add(readTensor(field.bytes(), budget))
        break
      case 11:
        inputs.push(readValue(field.bytes(), budget))
        break
      case 12:
        outputs.push(readValue(field.bytes(), budget))
        break
      case 15:
        add(readSparseTensor(field.bytes(), budget))
        break
    }
  })
  return { nodes, inputs, outputs, initializers }
}

/** NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7, overload = 8. */
export function readNode(message: Uint8Array, budget: Budget, place: GraphPlace): OnnxNode {
  spendObject(budget)
  let [name, operator, domain, overload] = ["", "", "", ""]
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, OnnxAttribute>()
  walk(message, budget, (field) => {
    switch (field.number) {
      case 1:
        inputs.push(field.text())
        break
      case 2:
        outputs.push(field.text())
        break
      case 3:
        name = field.text()
        break
      case 4:
        operator = field.text()
        break
      case 5:
        addAttribute(attributes, readAttribute(field.bytes(), budget, place))
        break
      case 7:
        domain = field.text()
        break
      case 8:
        overload = field.text()
        break
    }
  })
  if (operator === "") throw malformed("a node has no operator")
  return { operator: overloaded(operator, overload), domain: domainOf(domain), name, inputs, outputs, attributes }
}

export function addAttribute(
  attributes: Map<string, OnnxAttribute>,
  [name, attribute]: readonly [string, OnnxAttribute],
): void {
  if (attributes.has(name)) throw malformed("two attributes of a node or function have one name")
  attributes.set(name, attribute)
}

/** The name of ONNX's own operator set may be left out. */
export const domainOf = (domain: string): string => (domain === "ai.onnx" ? "" : domain)

/** As an {@link OnnxNode} names what it stands for. */
export const overloaded = (name: string, overload: string): string => (overload === "" ? name : `${name}:${overload}`)
