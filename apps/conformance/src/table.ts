import { type Kind, kinds } from "./case.js"
import type { CaseResult, Outcome } from "./result.js"

/** Results of the cases of one operator. */
export interface Row {
  readonly operator: string
  readonly counts: Readonly<Record<Outcome, number>>
  /** Kernels launched, where that is counted. */
  readonly launches: number | undefined
  /** Passed, but nothing ran on the device: for an operator that computes, it should have. */
  readonly elsewhere: number
}

/** Operators whose result is known from shapes alone, or is an input as it is: they need no kernel. */
const withoutKernels: ReadonlySet<string> = new Set([
  ...["Constant", "ConstantOfShape", "Shape", "Size", "Range", "Identity"],
  ...["Reshape", "Squeeze", "Unsqueeze", "Flatten"],
])

export function countOutcomes(results: readonly CaseResult[]): Row["counts"] {
  const counts = { passed: 0, failed: 0, declined: 0, out: 0 }
  for (const { outcome } of results) counts[outcome]++
  return counts
}

/** In the order in which the kinds come. */
export function countsByKind(results: readonly CaseResult[]): (readonly [Kind, Row["counts"]])[] {
  return kinds.flatMap((kind) => {
    const own = results.filter((result) => result.kind === kind)
    return own.length > 0 ? [[kind, countOutcomes(own)] as const] : []
  })
}

function sentence(name: string, { passed, failed, declined, out }: Row["counts"]): string {
  const total = passed + failed + declined + out
  return `${name}: ${passed} of ${total} passed, ${failed} failed, ${declined} declined, ${out} declared out`
}

/** One row an operator, by its name. */
export function rowsOf(results: readonly CaseResult[]): Row[] {
  const groups = new Map<string, CaseResult[]>()
  for (const result of results) groups.set(result.operator, [...(groups.get(result.operator) ?? []), result])
  return [...groups]
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([operator, own]) => {
      const counted = own.flatMap(({ launches }) => launches ?? [])
      return {
        operator,
        counts: countOutcomes(own),
        launches: counted.length > 0 ? counted.reduce((sum, launches) => sum + launches, 0) : undefined,
        elsewhere: own.filter(ranElsewhere).length,
      }
    })
}

/** Whether a case passed without a kernel although its operator computes. */
export function ranElsewhere({ outcome, launches, operator }: CaseResult): boolean {
  return outcome === "passed" && launches === 0 && !withoutKernels.has(operator)
}

/** The table, and below it what didn't pass and why, to be read. */
export function print(results: readonly CaseResult[]): string {
  const heads = ["passed", "failed", "declined", "out", "kernels", "no kernel"]
  const rows = rowsOf(results).map(({ operator, counts, launches, elsewhere }) => {
    const total = counts.passed + counts.failed + counts.declined + counts.out
    const others = [counts.failed, counts.declined, counts.out].map((count) => (count === 0 ? "" : String(count)))
    return [operator, `${counts.passed}/${total}`, ...others, launches ?? "", elsewhere || ""].map(String)
  })
  const width = Math.max(...rows.map(([operator = ""]) => operator.length), 8)
  const line = ([first = "", ...rest]: readonly string[]) =>
    `${first.padEnd(width)}${rest.map((cell) => cell.padStart(10)).join("")}`.trimEnd()
  const reasons = results
    .filter(({ outcome }) => outcome === "failed" || outcome === "declined")
    .map(({ kind, name, outcome, reason }) => `${outcome}  ${kind}/${name}: ${reason}`)
  const elsewhere = results.filter(ranElsewhere).map(({ kind, name }) => `no kernel  ${kind}/${name}`)
  return [
    line(["operator", ...heads]),
    ...rows.map(line),
    "",
    ...reasons,
    ...elsewhere,
    "",
    ...countsByKind(results).map(([kind, counts]) => sentence(kind, counts)),
    sentence("all", countOutcomes(results)),
  ].join("\n")
}
