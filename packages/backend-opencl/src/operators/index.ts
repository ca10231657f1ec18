import { arithmetic } from "./arithmetic.js"
import type { Operator, OperatorTable } from "./call.js"
import { movement } from "./movement.js"
import { networks } from "./networks.js"

/** By `${domain}:${name}`: what the engine computes, and all that it does. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  [arithmetic, movement, networks].flatMap((table: OperatorTable) =>
    Object.entries(table).map(([name, operator]) => [`:${name}`, operator] as const),
  ),
)
