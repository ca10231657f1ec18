/** A label and what stands beside it. */
export type Line = readonly [label: string, text: string]

/** Longer texts go on in the next line. */
const width = 100

/** Labels in a column, texts beside it, wrapped at spaces. */
export function columns(lines: readonly Line[], indent: string): string[] {
  const room = Math.max(...lines.map(([label]) => label.length)) + 2
  return lines.flatMap(([label, text]) =>
    wrap(text, width - indent.length - room).map(
      (part, index) => `${indent}${(index === 0 ? label : "").padEnd(room)}${part}`,
    ),
  )
}

function wrap(text: string, length: number): string[] {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines.at(-1) as string
    if (line === "") lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= length) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A list in one text. */
export function list(items: readonly string[], none = "none"): string {
  return items.length > 0 ? items.join(", ") : none
}

/** Binary units, as memory is made: `1.5 GiB`. */
export function formatBytes(count: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
  let [value, unit] = [count, 0]
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1]
  return `${Number(value.toFixed(1))} ${units[unit]}`
}

/** What a driver says, for a terminal: without what would steer it, such as colours, or the order of characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return character === "\n" ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}
