import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, release, totalmem } from "node:os"
import { fileURLToPath } from "node:url"
import type { CaseResult, Run } from "./result.js"
import { countOutcomes, countsByKind, ranElsewhere, rowsOf } from "./table.js"

const file = fileURLToPath(new URL("../../../docs/results/conformance.json", import.meta.url))

/** Writes docs/results/conformance.json: under `name` this run, whatever else is there as before. */
export function record(name: string, { engine, cases }: Run): void {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).runs : {}
  const run = {
    date: new Date().toISOString(),
    machine: {
      platform: `${process.platform}-${process.arch}`,
      kernel: release(),
      node: process.versions.node,
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    engine,
    counts: { all: countOutcomes(cases), ...Object.fromEntries(countsByKind(cases)) },
    operators: Object.fromEntries(
      rowsOf(cases).map(({ operator, counts, launches, elsewhere }) => [operator, { ...counts, launches, elsewhere }]),
    ),
    passedWithoutKernel: cases.filter(ranElsewhere).map(nameOf),
    failed: reasons(cases, "failed"),
    declined: reasons(cases, "declined"),
    out: reasons(cases, "out"),
  }
  const runs = { ...before, [name]: run }
  writeFileSync(file, `${JSON.stringify({ tests: "PyPI onnx 1.16.2", runs }, null, 2)}\n`)
}

const nameOf = ({ kind, name }: CaseResult) => `${kind}/${name}`

function reasons(cases: readonly CaseResult[], outcome: CaseResult["outcome"]): Record<string, string | undefined> {
  return Object.fromEntries(cases.filter((one) => one.outcome === outcome).map((one) => [nameOf(one), one.reason]))
}
