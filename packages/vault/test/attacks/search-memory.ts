import type { Stage } from "./stage.js"
import { makeReport, makeSearch, needlesOf, searchProcess } from "./tools/scan.mjs"

/** What of the needles is in the memory of these processes, read with the rights of whoever runs the tests. */
export function searchMemoryOf(stage: Stage, pids: readonly number[]): readonly string[] {
  const search = makeSearch(needlesOf(stage.needles).needles)
  const report = makeReport()
  for (const pid of pids) searchProcess(pid, search, report)
  return [...new Set(report.found.map(({ needle }) => needle))].sort()
}
