import { mkdir, readFile, writeFile } from "node:fs/promises"
import { availableParallelism, cpus, release, totalmem } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { disturbances } from "./disturbance.js"
import { type Figure, holds, ratio, type Samples } from "./figure.js"
import { type Spread, spreadOf } from "./spread.js"

const results = fileURLToPath(new URL("../../../docs/results/bench.json", import.meta.url))

export const machine = {
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch} ${release()}`,
  node: process.versions.node,
}

interface Both<T> {
  readonly ours: T
  /** Absent where it is a limit. */
  readonly theirs?: T
}

/** A figure as it is recorded. What was recorded before spreads were has none of it. */
interface Row extends Figure {
  readonly ratio: number
  /** Whether the bar was; absent where there is none. */
  readonly held: boolean | undefined
  /** Whether a side looks disturbed, by the rule in disturbance.ts; absent where that can't be said. */
  readonly disturbed: boolean | undefined
  /** Of each side's samples, in the figure's unit. It and they are rounded to five digits. */
  readonly spread?: Both<Spread>
}

/** What is recorded of a bench: all figures of one run of it. */
interface Run {
  readonly date: string
  readonly machine: typeof machine
  readonly form: "fast" | "full"
  /** Of the processor time that programs here asked for meanwhile, what the host gave to others, in %; Linux only. */
  readonly stolenPercent?: number
  readonly figures: readonly Row[]
}

const toFiveDigits = (value: number) => Number(value.toPrecision(5))

const rounded = (values: readonly number[]) => values.map(toFiveDigits)

function roundedSpread(values: readonly number[]): Spread {
  const { lowest, lowerQuartile, upperQuartile, highest } = spreadOf(values)
  return {
    lowest: toFiveDigits(lowest),
    lowerQuartile: toFiveDigits(lowerQuartile),
    upperQuartile: toFiveDigits(upperQuartile),
    highest: toFiveDigits(highest),
  }
}

const ofBoth = <T>({ ours, theirs }: Samples, make: (values: readonly number[]) => T): Both<T> => ({
  ours: make(ours),
  ...(theirs && { theirs: make(theirs) }),
})

function toRow({ samples, ...figure }: Figure): Row {
  const found = disturbances({ ...figure, ...(samples && { samples }) })
  return {
    ...figure,
    ratio: Number(ratio(figure).toFixed(3)),
    held: holds(figure),
    disturbed: found && found.length > 0,
    ...(samples && { spread: ofBoth(samples, roundedSpread), samples: ofBoth(samples, rounded) }),
  }
}

/** JSON in which what holds only numbers takes one line. */
const toText = (value: object): string =>
  `${JSON.stringify(value, null, 2).replace(/[[{]\n(?:\s*(?:"\w+": )?-?\d[\d.e+-]*,?\n)+\s*[\]}]/g, (few) =>
    few.replace(/\n\s*/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()),
  )}\n`

/** Takes the place of what was recorded of this bench; those of others stay. */
export async function record(
  bench: string,
  figures: readonly Figure[],
  { isFull, stolenPercent }: { readonly isFull: boolean; readonly stolenPercent?: number | undefined },
  path = results,
): Promise<void> {
  const run: Run = {
    date: new Date().toISOString(),
    machine,
    form: isFull ? "full" : "fast",
    ...(stolenPercent !== undefined && { stolenPercent: Number(stolenPercent.toFixed(2)) }),
    figures: figures.map(toRow),
  }
  const { runs } = JSON.parse(await readFile(path, "utf8").catch(() => '{"runs":{}}')) as { runs: Record<string, Run> }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, toText({ runs: { ...runs, [bench]: run } }))
}
