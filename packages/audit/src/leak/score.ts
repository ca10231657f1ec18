import type { Findings } from "../model/model-search.js"
import type { Traits } from "./traits.js"

/** One kind of thing that a cache gives away. */
export interface Leak {
  readonly id: keyof typeof points
  readonly title: string
  /** Of 100 that all kinds have together; see {@link points}. */
  readonly points: number
  /** How many there are, or how many bytes. */
  readonly amount: number
  readonly unit: "bytes" | "names" | "types" | "options" | "versions" | "folders" | "shapes"
  /** The first of them, at most 8. */
  readonly examples: readonly string[]
}

/**
 * What each kind counts, whether there is much of it or little: how much of the work of making the model again it saves.
 * Weights are the model. A graph, source and intermediate code are what it does, down to the last. Names, constants and
 * layer types say what it is built of; shapes, options, versions and folders narrow down what and whose it is.
 */
export const points = {
  weights: 35,
  graph: 15,
  source: 15,
  intermediate: 10,
  kernels: 8,
  constants: 6,
  layers: 4,
  shapes: 3,
  options: 2,
  compilers: 1,
  folders: 1,
} as const

/** The kinds that are there, most telling first. `found`: what of the model is in the cache, where one was looked for. */
export function leaksOf(traits: readonly Traits[], found: Findings | undefined): Leak[] {
  const sum = (of: (one: Traits) => number) => traits.reduce((total, one) => total + of(one), 0)
  const union = (of: (one: Traits) => ReadonlySet<string>) => [...new Set(traits.flatMap((one) => [...of(one)]))]
  const leak = (
    id: Leak["id"],
    title: string,
    amount: number,
    unit: Leak["unit"],
    examples: readonly string[] = [],
  ) => ({
    id,
    title,
    points: points[id],
    amount,
    unit,
    examples: examples.slice(0, 8),
  })
  const named = (id: Leak["id"], title: string, unit: Leak["unit"], names: readonly string[]) =>
    leak(id, title, names.length, unit, names)
  return [
    leak("weights", "weights and constants of the model", found?.bytes ?? 0, "bytes", found?.examples.map(describeRun)),
    leak(
      "graph",
      "graph, with layers and tensors",
      sum(({ graphBytes }) => graphBytes),
      "bytes",
    ),
    leak(
      "source",
      "source text of kernels",
      sum(({ sourceBytes }) => sourceBytes),
      "bytes",
    ),
    leak(
      "intermediate",
      "intermediate code",
      sum(({ intermediateBytes }) => intermediateBytes),
      "bytes",
    ),
    named(
      "kernels",
      "names of kernels and functions",
      "names",
      union(({ kernels }) => kernels),
    ),
    leak(
      "constants",
      "constants in machine code",
      sum(({ constantBytes }) => constantBytes),
      "bytes",
    ),
    named(
      "layers",
      "types of layers, by names",
      "types",
      union(({ layers }) => layers),
    ),
    named(
      "shapes",
      "shapes",
      "shapes",
      union(({ shapes }) => shapes),
    ),
    named(
      "options",
      "build options",
      "options",
      union(({ options }) => options),
    ),
    named(
      "compilers",
      "versions of compilers and runtimes",
      "versions",
      union(({ compilers }) => compilers),
    ),
    named(
      "folders",
      "folders of the machine that compiled",
      "folders",
      union(({ folders }) => folders),
    ),
  ].filter(({ amount }) => amount > 0)
}

const describeRun = ({ file, start, length }: Findings["examples"][number]) =>
  `${length} bytes from ${start} of ${file}`
