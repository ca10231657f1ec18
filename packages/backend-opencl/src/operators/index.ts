import { activations } from "./activations.js"
import { arithmetic } from "./arithmetic.js"
import { bits } from "./bits.js"
import type { Operator, OperatorTable } from "./call.js"
import { movement } from "./movement.js"
import { networks } from "./networks.js"

/** By domain; ONNX's own is `""`. */
const tables: Readonly<Record<string, readonly OperatorTable[]>> = {
  "": [activations, arithmetic, bits, movement, networks],
}

/** By `${domain}:${name}`: what the engine computes, and all that it does. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries(tables).flatMap(([domain, list]) =>
    list.flatMap((table) => Object.entries(table).map(([name, operator]) => [`${domain}:${name}`, operator] as const)),
  ),
)
