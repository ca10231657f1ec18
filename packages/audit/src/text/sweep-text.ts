import type { Residue } from "../sweep/sweep.js"
import { bytes, table } from "./table.js"

/** The list for people, the largest first. */
export function formatResidue(residues: readonly Residue[]): string {
  if (residues.length === 0) return "Nothing was left behind."
  const rows = residues.map(({ path, kind, byteLength, files, modified, surfaces, kept }) => [
    kind,
    bytes(byteLength),
    String(files),
    modified.toISOString().slice(0, 10),
    surfaces[0] ?? "",
    kept ? `${path} (kept: ${kept})` : path,
  ])
  const total = residues.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const count = `${residues.length} place${residues.length === 1 ? "" : "s"}, ${bytes(total)}.`
  return [...table(["kind", "size", "files", "changed", "surface", "path"], rows), "", count].join("\n")
}
