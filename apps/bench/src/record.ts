import { mkdir, readFile, writeFile } from "node:fs/promises"
import { availableParallelism, cpus, release, totalmem } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { type Figure, holds, ratio } from "./figure.js"

const path = fileURLToPath(new URL("../../../docs/results/bench.json", import.meta.url))

export const machine = {
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch} ${release()}`,
  node: process.versions.node,
}

/** What is recorded of a bench: all figures of one run of it. */
interface Run {
  readonly date: string
  readonly machine: typeof machine
  readonly form: "fast" | "full"
  readonly figures: readonly (Figure & { readonly ratio: number; readonly held: boolean | undefined })[]
}

/** Takes the place of what was recorded of this bench; those of others stay. */
export async function record(bench: string, figures: readonly Figure[], isFull: boolean): Promise<void> {
  const rows = figures.map((figure) => ({ ...figure, ratio: Number(ratio(figure).toFixed(3)), held: holds(figure) }))
  const run: Run = { date: new Date().toISOString(), machine, form: isFull ? "full" : "fast", figures: rows }
  const { runs } = JSON.parse(await readFile(path, "utf8").catch(() => '{"runs":{}}')) as { runs: Record<string, Run> }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify({ runs: { ...runs, [bench]: run } }, null, 2)}\n`)
}
