// npm run bench [-- NAME ...] [--full] [--record]: every figure beside its peer, in one run.
// --record keeps a bench's figures in docs/results/bench.json.
import { describeDisturbances, disturbances } from "./disturbance.js"
import { type Bench, type Figure, holds } from "./figure.js"
import { audit } from "./figures/audit.js"
import { cache } from "./figures/cache.js"
import { copies } from "./figures/copies.js"
import { decryption } from "./figures/decryption.js"
import { load } from "./figures/load.js"
import { memory } from "./figures/memory.js"
import { opencl } from "./figures/opencl.js"
import { openclBinding } from "./figures/opencl-binding.js"
import { opening } from "./figures/opening.js"
import { run } from "./figures/run.js"
import { stream } from "./figures/stream.js"
import { tfjsBenches } from "./figures/tfjs.js"
import { formatFigure, legend } from "./format.js"
import { machine, record } from "./record.js"
import { processorTime, stolenPercent } from "./stolen-time.js"

const benches: readonly Bench[] = [
  opening,
  load,
  stream,
  decryption,
  run,
  copies,
  memory,
  openclBinding,
  cache,
  audit,
  opencl,
  ...tfjsBenches,
]

/** Benches by another name. */
const groups: { readonly [name: string]: readonly string[] } = {
  vault: ["opening", "load", "stream", "decryption", "run", "copies"],
  tfjs: tfjsBenches.map(({ name }) => name),
}

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const names = asked.flatMap((name) => groups[name] ?? [name])
const isFull = process.argv.includes("--full")
const isRecorded = process.argv.includes("--record")
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(", ")}. There are:`)
  for (const { name, about } of benches) console.error(`  ${name.padEnd(12)} ${about}`)
  process.exit(2)
}

console.log(`${Object.values(machine).join(", ")}; ${legend}`)

const figures: Figure[] = []
for (const bench of benches) {
  if (names.length > 0 && !names.includes(bench.name)) continue
  const before = await processorTime()
  const measured = await bench.measure((line) => console.error(line), isFull)
  const stolen = stolenPercent(before, await processorTime())
  for (const figure of measured) console.log(formatFigure(figure))
  if (stolen !== undefined)
    console.error(`${bench.name}: the host gave ${stolen.toFixed(2)} % of the processor time to others`)
  if (isRecorded && measured.length > 0) {
    await record(bench.name, measured, { isFull, stolenPercent: stolen })
    for (const figure of measured) sayIfDisturbed(bench.name, figure)
  }
  figures.push(...measured)
}

/** It is recorded all the same, as such. */
function sayIfDisturbed(bench: string, figure: Figure): void {
  const found = disturbances(figure) ?? []
  if (found.length === 0) return
  const what = `${bench}: recorded, but it looks disturbed: ${figure.name} (${figure.peer})`
  console.error(`${what}: the quartiles are far apart, ${describeDisturbances(found)} of the median`)
}

process.exitCode = figures.some((figure) => holds(figure) === false) ? 1 : 0
