// npm run study [-- NAME ...] [--record]: measures every case, or those whose ids begin with a name; --record writes
// docs/results/study.json, where cases that weren't measured now stay as they are.
import { readFileSync, writeFileSync } from "node:fs"
import { release } from "node:os"
import { fileURLToPath } from "node:url"
import type { Measured } from "./case.js"
import { casesFor } from "./cases.js"
import { measure } from "./measure.js"
import { constantsOf } from "./onnx-constants.js"
import { prepare } from "./prepare.js"
import type { Study } from "./study.js"

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const prepared = await prepare()
try {
  const { cases, missing } = casesFor(prepared)
  for (const subject of missing) console.error(`Not here, and left out: ${subject}.`)
  const constants = constantsOf(readFileSync(prepared.models.studied)).map(({ bytes }) => bytes)
  const measured: Measured[] = []
  for (const one of cases) {
    if (names.length > 0 && !names.some((name) => one.id.startsWith(name))) continue
    console.error(`${one.id} ...`)
    const result = await measure(one, constants)
    measured.push(result)
    const { written, left, windows, leak, compared, values } = result
    const verdicts = Object.entries(compared ?? {}).map(([network, similarity]) => `${network}: ${similarity?.verdict}`)
    console.log(
      [
        one.id.padEnd(28),
        `${written.files} files, ${written.bytes} bytes (${left.files} left, ${left.bytes});`,
        `windows ${windows.written} (${windows.left} left) of ${windows.known}; ${leak.score} points`,
        verdicts.join(", "),
        values ? `values ${values.found}, by chance ${values.byChance}` : "",
      ].join(" "),
    )
  }
  if (process.argv.includes("--record")) {
    const machine = { platform: `${process.platform}-${process.arch}`, kernel: release(), node: process.versions.node }
    const file = fileURLToPath(new URL("../../../docs/results/study.json", import.meta.url))
    const before: readonly Measured[] = names.length > 0 ? JSON.parse(readFileSync(file, "utf8")).measured : []
    const known = new Map([...before, ...measured].map((one) => [one.id, one]))
    const all = cases.flatMap(({ id }) => known.get(id) ?? [])
    const result: Study = { date: new Date().toISOString(), machine, missing, measured: all }
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  }
} finally {
  prepared.remove()
}
