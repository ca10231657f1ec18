import { backendEvidence } from "./evidence-text.js"
import type { Report } from "./guarantee.js"

/** How a report begins where there is no vault. */
const noVault =
  "THERE IS NO VAULT: the model was opened in the app's own process. Whoever can read that process's memory has the model."

/**
 * A report for a person: plain text, aligned, without colour; no line break at the end. Its first line says so where there
 * is no vault. Of the evidence it has what the backend says, indented below the guarantee: the engine, and why others were
 * passed over.
 */
export function formatReport(report: Report): string {
  const { backend, versions } = report
  const facts: [string, string][] = [
    ["made", report.time],
    ["place", report.place],
    ["platform", report.platform],
    [
      "versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["backend", backend.name],
    ["cache policy", report.cachePolicy],
  ]
  if (backend.engine !== undefined) {
    facts.push(["engine", [backend.engine, backend.version].filter(Boolean).join(" ")])
    facts.push(["device", [backend.device, backend.driver].filter(Boolean).join(", ")])
  }
  const rows = report.guarantees.map(({ id, state, title, mechanism }): string[] => [
    state,
    id,
    `${title} ${mechanism}`,
  ])
  // Where the ids begin, and two further.
  const indent = " ".repeat(Math.max(0, ...report.guarantees.map(({ state }) => state.length)) + 4)
  const guarantees = aligned(rows).flatMap((line, index) => [
    line,
    ...backendEvidence(report.guarantees[index]?.evidence ?? null).map((said) => indent + said),
  ])
  const warning = report.place === "in-process" ? [noVault, ""] : []
  const limits = report.limits.map((limit) => `not promised  ${limit}`)
  return [...warning, ...aligned(facts), "", ...guarantees, "", ...limits].join("\n")
}

/** Lines whose columns begin at the same place. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  )
}
