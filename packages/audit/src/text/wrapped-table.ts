/**
 * Columns that fit into a width: those that are wider than their share are broken, at spaces and after commas, slashes
 * and what else joins words; a word that is longer still, anywhere. Text on the left, two spaces between columns.
 */
export function wrappedTable(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const all = [head, ...rows]
  const natural = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const widths = shares(natural, width - 2 * (head.length - 1))
  return all.flatMap((row) => {
    const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 1))
    const height = Math.max(...cells.map((lines) => lines.length))
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, column) => (lines[line] ?? "").padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
  })
}

/** Narrow columns get what they need; the others share the rest alike. */
function shares(natural: readonly number[], room: number): number[] {
  let wide = natural.map((_, column) => column)
  let rest = room
  for (;;) {
    const share = Math.floor(rest / Math.max(1, wide.length))
    const narrow = wide.filter((column) => (natural[column] ?? 0) <= share)
    if (narrow.length === 0)
      return natural.map((needed, column) => (wide.includes(column) ? Math.max(8, share) : needed))
    rest -= narrow.reduce((sum, column) => sum + (natural[column] ?? 0), 0)
    wide = wide.filter((column) => !narrow.includes(column))
  }
}

/** The text in lines of at most `width` characters, at least one; its own line breaks count as spaces. */
export function wrap(text: string, width: number): string[] {
  const lines = [""]
  for (const piece of text.replace(/\s+/g, " ").split(/(?<=[ ,/=:_-])/)) {
    const line = lines.at(-1) ?? ""
    if ((line + piece).trimEnd().length <= width) {
      lines[lines.length - 1] = line + piece
      continue
    }
    if (line !== "") lines.push("")
    for (let start = 0; start < piece.length; start += width) {
      if (start > 0) lines.push("")
      lines[lines.length - 1] = piece.slice(start, start + width)
    }
  }
  return lines.map((line) => line.trimEnd())
}
