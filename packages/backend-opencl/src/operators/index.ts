import { activations } from "./activations.js"
import { arithmetic, thresholds } from "./arithmetic.js"
import { bits } from "./bits.js"
import { boxes } from "./boxes.js"
import { byPlace } from "./by-place.js"
import type { Operator, OperatorTable } from "./call.js"
import { compaction } from "./compaction.js"
import { control } from "./control.js"
import { convolutions } from "./convolutions.js"
import { einsums } from "./einsum.js"
import { extremes } from "./extremes.js"
import { fourier } from "./fourier.js"
import { gathering, gatheringML } from "./gather.js"
import { linear } from "./linear.js"
import { losses } from "./losses.js"
import { mel } from "./mel.js"
import { movement } from "./movement.js"
import { ngrams } from "./ngrams.js"
import { normalisations } from "./normalisations.js"
import { optional } from "./optional.js"
import { padding } from "./pad.js"
import { pools } from "./pools.js"
import { products } from "./products.js"
import { quantised } from "./quantised.js"
import { random } from "./random.js"
import { rearranging } from "./rearrange.js"
import { recurrences } from "./recurrent.js"
import { reductions } from "./reductions.js"
import { resizing } from "./resize.js"
import { sampling } from "./sampling.js"
import { scattering } from "./scatter.js"
import { softmaxes } from "./softmax.js"
import { sorting } from "./sorting.js"

/** By domain; ONNX's own is `""`. */
const tables: Readonly<Record<string, readonly OperatorTable[]>> = {
  "": [
    ...[activations, arithmetic, bits, boxes, byPlace, compaction, control, convolutions, einsums, extremes, fourier],
    ...[gathering, linear, losses, mel, movement, ngrams, normalisations, optional, padding, pools, products],
    ...[quantised, random, rearranging, recurrences, reductions, resizing, sampling, scattering, softmaxes, sorting],
  ],
  "ai.onnx.ml": [gatheringML, thresholds],
}

/** By `${domain}:${name}`: what the engine computes, and all that it does. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries(tables).flatMap(([domain, list]) =>
    list.flatMap((table) => Object.entries(table).map(([name, operator]) => [`${domain}:${name}`, operator] as const)),
  ),
)
