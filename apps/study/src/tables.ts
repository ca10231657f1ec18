import { verdictOf } from "@strongroom/audit"
import type { Measured, Network } from "./case.js"
import { amount, left, percent, size, written } from "./format.js"

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const code = (setting: string) =>
  setting
    .split(" ")
    .map((word) =>
      /[A-Z]_|=|^CACHE|[a-z][A-Z]/.test(word) ? `\`${word.replace(/,$/, "")}\`${word.endsWith(",") ? "," : ""}` : word,
    )
    .join(" ")

const who = { nobody: "", user: "user: ", program: "app: " }

const setting = ({ by, setting }: Measured) => (setting === "" ? "default" : `${who[by]}${code(setting)}`)

const parts = { graph: "graph", source: "source", intermediate: "intermediate code", kernels: "kernel names" } as const

/** One row a case. */
export function resultsTable(measured: readonly Measured[]): string {
  const rows = measured.map((one) => [
    one.subject,
    setting(one),
    `${one.left.files} of ${one.written.files}`,
    size(one.left.bytes),
    one.windows.left === one.windows.written ? left(one) : `${left(one)} of ${written(one)}`,
    `${one.names.left}`,
    Object.entries(parts)
      .filter(([id]) => amount(one, id) > 0)
      .map(([, title]) => title)
      .join(", "),
    `${one.leak.score}`,
  ])
  const head = [
    "what ran",
    "switched on",
    "files left",
    "bytes left",
    "weights",
    "names",
    "what else is there",
    "score",
  ]
  return table(head, rows)
}

const networks: Readonly<Record<Network, string>> = {
  studied: "the same network again",
  retrained: "the same with other weights",
  other: "another network",
}

/** One row a comparison: what of the reference's files is there, how kernels agree, and the verdict. */
export function comparisonTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((one) =>
    Object.entries(one.compared ?? {}).map(([network, similarity]) => [
      one.subject,
      setting(one),
      networks[network as Network],
      percent(similarity.files),
      percent(similarity.kernels),
      // By today's rule: the figures may have been recorded under another.
      similarity.verdict === "unknown" ? "unknown" : verdictOf(similarity),
    ]),
  )
  return table(["cache", "switched on", "beside that of", "equal files", "equal names", "verdict"], rows)
}

/** What each case writes, by kind. */
export function kindsTable(measured: readonly Measured[]): string {
  const rows = measured
    .filter(({ kinds }) => kinds.length > 0)
    .map((one) => [
      one.subject,
      setting(one),
      one.kinds
        .slice(0, 4)
        .map(({ title, files, left, bytes }) => `${title} (${left} of ${files} left, ${size(bytes)})`)
        .join("; "),
      one.surfaces.map((id) => `\`${id}\``).join(", "),
    ])
  return table(["what ran", "switched on", "kinds of files", "surfaces that write such names"], rows)
}

/** The versions of what ran. */
export function versions(measured: readonly Measured[]): string {
  const known = new Set(
    measured.map(({ version }) => version).filter((version) => version !== "" && version !== "vault"),
  )
  return [...known].join("; ")
}
