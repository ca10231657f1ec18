import { activations } from "./activations.js"
import { arithmetic } from "./arithmetic.js"
import { bits } from "./bits.js"
import { boxes } from "./boxes.js"
import { byPlace } from "./by-place.js"
import type { Operator, OperatorTable } from "./call.js"
import { compaction } from "./compaction.js"
import { control } from "./control.js"
import { extremes } from "./extremes.js"
import { gathering, gatheringML } from "./gather.js"
import { movement } from "./movement.js"
import { networks } from "./networks.js"
import { padding } from "./pad.js"
import { rearranging } from "./rearrange.js"
import { scattering } from "./scatter.js"
import { sorting } from "./sorting.js"

/** By domain; ONNX's own is `""`. */
const tables: Readonly<Record<string, readonly OperatorTable[]>> = {
  "": [
    ...[activations, arithmetic, bits, byPlace, control, extremes, gathering, movement, networks, padding, rearranging],
    ...[boxes, compaction, scattering, sorting],
  ],
  "ai.onnx.ml": [gatheringML],
}

/** By `${domain}:${name}`: what the engine computes, and all that it does. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries(tables).flatMap(([domain, list]) =>
    list.flatMap((table) => Object.entries(table).map(([name, operator]) => [`${domain}:${name}`, operator] as const)),
  ),
)
