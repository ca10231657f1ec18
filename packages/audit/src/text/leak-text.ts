import type { LeakReport } from "../leak/leak.js"
import { describeFindings, shareOf } from "./audit-text.js"
import { bytes, table } from "./table.js"

/** The report for people: what the cache gives away, most telling first. */
export function formatLeak({ folder, files, skipped, leaks, score, model, similarity }: LeakReport): string {
  const rows = leaks.map((leak) => [
    String(leak.points),
    leak.title,
    leak.unit === "bytes" ? bytes(leak.amount) : String(leak.amount),
    leak.examples.slice(0, 3).join(", "),
  ])
  const total = files.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return [
    `${folder}: ${files.length} file${files.length === 1 ? "" : "s"}, ${bytes(total)}. It gives away ${score} of 100.`,
    ...(skipped > 0 ? [`Skipped, since they can't be read: ${skipped}.`] : []),
    ...(leaks.length === 0 ? [] : ["", ...table(["points", "what", "amount", "such as"], rows)]),
    ...(model
      ? [
          "",
          `Looked for ${model.windows} windows and ${model.names} names of the model: ${describeFindings(model.found) || "nothing found"}${model.windowsFound > 0 ? `; ${shareOf(model)} of the windows` : ""}.`,
        ]
      : []),
    ...(similarity
      ? [
          "",
          `Beside the reference: ${verdicts[similarity.verdict]} (${percent(similarity.files)} of its files are here, kernels agree to` +
            ` ${percent(similarity.kernels)} by name and ${percent(similarity.sizes)} by name and length).`,
        ]
      : []),
  ].join("\n")
}

const verdicts = {
  same: "of the same model",
  related: "of a related model, or of the same framework",
  other: "of another model",
  unknown: "nothing to compare by",
}

const percent = (share: number) => `${Math.round(share * 100)}%`
