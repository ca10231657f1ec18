// npm run conformance [-- --engine opencl|opencl-gpu-kernels|onnxruntime] [--driver pocl|intel-cpu] [--filter PATTERN]
// [--json FILE] [--record] [--timeout SECONDS] [--processes N]: runs ONNX's backend tests and prints what became of them;
// --record writes docs/results/conformance.json, where the results of other engines and drivers stay as they are.
import { writeFileSync } from "node:fs"
import { readArguments } from "./arguments.js"
import { findCases } from "./cases.js"
import { reasonsOut } from "./declared-out.js"
import { operatorsOf } from "./operators.js"
import { record } from "./record.js"
import type { CaseResult, Verdict } from "./result.js"
import { runAll } from "./run-all.js"
import { countOutcomes, print } from "./table.js"

const given = readArguments(process.argv.slice(2))
const data = process.env.STRONGROOM_ONNX_DATA
if (data === undefined) throw new Error("STRONGROOM_ONNX_DATA isn't set: start this by npm run conformance.")
const drivers = JSON.parse(process.env.STRONGROOM_OPENCL_DRIVERS ?? "{}")
const environment = given.driver === undefined ? {} : drivers[given.driver]
if (environment === undefined) throw new Error(`The driver ${given.driver} isn't installed here.`)

const all = findCases(data)
const operators = operatorsOf(all)
const out = reasonsOut(all)
const cases = all.filter(({ kind, name }) => given.filter?.test(`${kind}/${name}`) ?? true)
if (cases.length === 0) throw new Error("No case has such a name.")

const verdicts = new Map<string, Verdict>()
const keyOf = ({ kind, name }: { kind: string; name: string }) => `${kind}/${name}`
for (const one of cases) {
  const reason = out.get(one)
  if (reason !== undefined) verdicts.set(keyOf(one), { outcome: "out", reason })
}
const fingerprint = await runAll(
  cases.filter((one) => !verdicts.has(keyOf(one))),
  { engine: given.engine, environment, secondsPerCase: given.secondsPerCase },
  given.processes,
  (one, verdict) => {
    verdicts.set(keyOf(one), verdict)
    if (process.stderr.isTTY) process.stderr.write(`\r${verdicts.size} of ${cases.length} `)
  },
)
const results = cases.map(
  (one): CaseResult => ({
    kind: one.kind,
    name: one.name,
    operator: operators.get(one) as string,
    ...(verdicts.get(keyOf(one)) as Verdict),
  }),
)
console.log(print(results))
if (fingerprint !== undefined) {
  const run = { engine: fingerprint, cases: results }
  if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(run, null, 2)}\n`)
  if (given.record) record(given.driver ?? given.engine, run)
}
const counts = countOutcomes(results)
// An engine that declines everything isn't one that works.
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
