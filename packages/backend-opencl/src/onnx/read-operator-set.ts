import { malformed } from "./malformed.js"
import { type Budget, walk } from "./message.js"
import { domainOf } from "./read-graph.js"

/** OperatorSetIdProto: domain = 1, version = 2. */
export function addOperatorSet(operatorSets: Map<string, number>, message: Uint8Array, budget: Budget): void {
  let domain = ""
  let version = 0n
  walk(message, budget, (field) => {
    if (field.number === 1) domain = domainOf(field.text())
    if (field.number === 2) version = field.int()
  })
  if (version < 1n || version >= 2n ** 31n) throw malformed("an operator set has no version, or an impossible one")
  if (operatorSets.has(domain)) throw malformed("an operator set is named twice")
  operatorSets.set(domain, Number(version))
}
