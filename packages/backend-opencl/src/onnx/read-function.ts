import { malformed } from "./malformed.js"
import { type Budget, walk } from "./message.js"
import type { OnnxAttribute, OnnxFunction, OnnxNode } from "./model.js"
import { readAttribute } from "./read-attribute.js"
import { addAttribute, domainOf, overloaded, readNode } from "./read-graph.js"
import { addOperatorSet } from "./read-operator-set.js"

/** By what {@link OnnxModel} has it, and a node names it. */
export interface NamedFunction {
  readonly key: string
  readonly value: OnnxFunction
}

/**
 * FunctionProto: name = 1, input = 4, output = 5, node = 7, opset_import = 9, domain = 10, attribute_proto = 11,
 * overload = 13. Attributes without a default (attribute = 6) need no word: nodes refer to them by name.
 */
export function readFunction(message: Uint8Array, budget: Budget): NamedFunction {
  let [name, domain, overload] = ["", "", ""]
  const inputs: string[] = []
  const outputs: string[] = []
  const nodes: OnnxNode[] = []
  const attributes = new Map<string, OnnxAttribute>()
  const operatorSets = new Map<string, number>()
  const place = { depth: 1, inFunction: true }
  walk(message, budget, (field) => {
    switch (field.number) {
      case 1:
        name = field.text()
        break
      case 4:
        inputs.push(field.text())
        break
      case 5:
        outputs.push(field.text())
        break
      case 7:
        nodes.push(readNode(field.bytes(), budget, place))
        break
      case 9:
        addOperatorSet(operatorSets, field.bytes(), budget)
        break
      case 10:
        domain = domainOf(field.text())
        break
      case 11:
        // A default is a value: it refers to nothing.
        addAttribute(attributes, readAttribute(field.bytes(), budget, { depth: 1, inFunction: false }))
        break
      case 13:
        overload = field.text()
        break
    }
  })
  if (name === "") throw malformed("a function has no name")
  return { key: `${domain}:${overloaded(name, overload)}`, value: { inputs, outputs, attributes, nodes, operatorSets } }
}
