// npm run bench [-- NAME ...] [--full] [--record]: every figure beside its peer, in one run.
import { mkdir, writeFile } from "node:fs/promises"
import { availableParallelism, cpus, release, totalmem } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Bench, type Figure, formatFigure, holds, ratio } from "./figure.js"
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
]

/** Benches by another name. */
const groups: { readonly [name: string]: readonly string[] } = {
  vault: ["opening", "load", "stream", "decryption", "run", "copies"],
}

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const names = asked.flatMap((name) => groups[name] ?? [name])
const isFull = process.argv.includes("--full")
const record = process.argv.includes("--record")
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(", ")}. There are:`)
  for (const { name, about } of benches) console.error(`  ${name.padEnd(11)} ${about}`)
  process.exit(2)
}

const machine = {
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch} ${release()}`,
  node: process.versions.node,
}
console.log(Object.values(machine).join(", "))

const figures: Figure[] = []
for (const bench of benches) {
  if (names.length > 0 && !names.includes(bench.name)) continue
  for (const figure of await bench.measure((line) => console.error(line), isFull)) {
    figures.push(figure)
    console.log(formatFigure(figure))
  }
}

if (record) {
  const folder = fileURLToPath(new URL("../../../docs/results/", import.meta.url))
  await mkdir(folder, { recursive: true })
  const rows = figures.map((figure) => ({ ...figure, ratio: Number(ratio(figure).toFixed(3)), held: holds(figure) }))
  const result = { date: new Date().toISOString(), machine, figures: rows }
  await writeFile(join(folder, "bench.json"), `${JSON.stringify(result, null, 2)}\n`)
}
process.exitCode = figures.some((figure) => holds(figure) === false) ? 1 : 0
