import { arithmetic } from "./arithmetic.js"
import type { Operator, OperatorTable } from "./call.js"
import { convolutions } from "./convolutions.js"
import { fourier } from "./fourier.js"
import { losses } from "./losses.js"
import { movement } from "./movement.js"
import { normalisations } from "./normalisations.js"
import { pools } from "./pools.js"
import { products } from "./products.js"
import { quantised } from "./quantised.js"
import { recurrences } from "./recurrent.js"
import { reductions } from "./reductions.js"
import { resizing } from "./resize.js"
import { sampling } from "./sampling.js"
import { softmaxes } from "./softmax.js"

const tables: readonly OperatorTable[] = [
  arithmetic,
  convolutions,
  fourier,
  losses,
  movement,
  normalisations,
  pools,
  products,
  quantised,
  recurrences,
  reductions,
  resizing,
  sampling,
  softmaxes,
]

/** By `${domain}:${name}`: what the engine computes, and all that it does. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  tables.flatMap((table) => Object.entries(table).map(([name, operator]) => [`:${name}`, operator] as const)),
)
