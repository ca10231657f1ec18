import type { AuditReport } from "../audit.js"
import type { AuditedFile } from "../files/audited-file.js"
import type { Findings } from "../model/model-search.js"
import { bytes, table } from "./table.js"

/** The report for people: a line a file, what of the model is in it below, and what can have been missed. */
export function formatAudit(report: AuditReport): string {
  const { files, model, unseen, refused } = report
  const rows = files.map((file) => [
    mark(file),
    changesOf(file),
    file.inMemory ? "memory" : "disk",
    sizeOf(file),
    kindOf(file),
    surfaceOf(file),
    file.path,
  ])
  return [
    `${report.command.join(" ")}: ${endingOf(report)} after ${(report.milliseconds / 1000).toFixed(1)} s.`,
    "",
    ...(files.length === 0 ? ["It wrote no file."] : table(["", "did", "on", "size", "kind", "surface", "path"], rows)),
    ...files.flatMap(lossesOf),
    ...(model ? ["", ...modelLines(report, model)] : []),
    ...unseen.map(({ program, error, count }) => `Not seen: ${count} calls of ${program || "a process"} (${error}).`),
    ...refused.map(({ program, count }) => `Refused, since nobody could have watched: ${count} calls of ${program}.`),
    ...(report.complete ? [] : ["Not complete: it was ended before everything that was started had ended."]),
    "",
    "What no audit of this kind sees:",
    ...report.limits.map((limit) => `  ${limit}`),
  ].join("\n")
}

function modelLines(report: AuditReport, model: NonNullable<AuditReport["model"]>): string[] {
  const found = report.files.flatMap((file) =>
    file.contents.flatMap(({ found, moment }) => (found && holds(found) ? [{ path: file.path, found, moment }] : [])),
  )
  return [
    `Looked for ${model.windows} windows and ${model.names} names of ${model.files.join(", ")}; found what was planted in a`,
    "file, a gzip file, a zip archive and a process's memory.",
    ...(found.length === 0 ? ["Nothing of the model was found."] : [`${shareOf(model)} of its windows were found.`]),
    ...found.map(({ path, found, moment }) => `* ${path} (${momentOf(moment)}): ${describeFindings(found)}`),
  ]
}

const holds = ({ runs, nameCount }: Findings) => runs + nameCount > 0

/** `12.3 kB of it in 4 runs, the longest 9.0 kB; 12 names: a, b, ...` */
export function describeFindings({ bytes: length, longest, runs, names, nameCount }: Findings): string {
  return [
    ...(runs > 0
      ? [`${bytes(length)} of it in ${runs} run${runs === 1 ? "" : "s"}, the longest ${bytes(longest)}`]
      : []),
    ...(nameCount > 0 ? [`${nameCount} names: ${names.slice(0, 4).join(", ")}${nameCount > 4 ? ", ..." : ""}`] : []),
  ].join("; ")
}

/** `98.7%`; what is not all is never `100.0%`. */
export function shareOf({
  windows,
  windowsFound,
}: {
  readonly windows: number
  readonly windowsFound: number
}): string {
  return `${(Math.floor((1000 * windowsFound) / windows) / 10).toFixed(1)}%`
}

const mark = ({ contents }: AuditedFile) => (contents.some(({ found }) => found && holds(found)) ? "*" : "")

const changesOf = ({ kind, changes }: AuditedFile) => (kind === "file" ? changes.join(", ") : `${kind} file`)

const sizeOf = ({ contents }: AuditedFile) =>
  contents.length === 0 ? "-" : bytes(Math.max(...contents.map(({ byteLength }) => byteLength)))

const kindOf = ({ contents }: AuditedFile) => [...new Set(contents.map(({ format }) => format.title))].join(", ") || "-"

const surfaceOf = ({ surfaces }: AuditedFile) => surfaces[0]?.id ?? ""

const moments = {
  deleted: "before it was deleted",
  replaced: "before it was replaced",
  cut: "before it was cut",
  end: "at the end",
}

const momentOf = (moment: keyof typeof moments) => moments[moment]

function lossesOf({ path, lost }: AuditedFile): string[] {
  return lost.map(({ moment, error }) => `Not seen: what ${path} held ${momentOf(moment)} (${error}).`)
}

function endingOf({ exitCode, exitSignal }: AuditReport): string {
  if (exitSignal !== null) return `ended by signal ${exitSignal}`
  return exitCode === null ? "still running" : `ended with ${exitCode}`
}
