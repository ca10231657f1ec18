/** What this program writes to: `process.stdout` and `process.stderr`, or a test's double. */
export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface TerminalSettings {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly environment: { readonly [name: string]: string | undefined }
  /** Results and errors as one JSON object each, for programs. */
  readonly json?: boolean
  /** No progress and no notes; results and errors stay. */
  readonly quiet?: boolean
}

/** A task that takes a while. */
export interface Progress {
  /** `done` of `total` are done. May be called as often as one likes: it draws ten times a second at most. */
  update(done: number, total: number): void
  /** Takes the bar off the screen. Safe twice. */
  end(): void
}

/** Results go to stdout, everything else to stderr. */
export interface Terminal {
  /** Prints a command's result: `value` as one line of JSON with `--json`, else `text`. */
  result(value: object, text: string): void
  /** Prints a remark for people; nothing with `--json` or `--quiet`. */
  note(text: string): void
  /** Starts a bar, of bytes or of a `count`; one that is never seen unless stderr is a terminal that people look at. */
  progress(label: string, unit?: "bytes" | "count"): Progress
}

const redrawMilliseconds = 100
const barWidth = 24

export function createTerminal(settings: TerminalSettings): Terminal {
  const { stdout, stderr, json = false, quiet = false } = settings
  const silent = json || quiet
  const animated = !silent && canAnimate(stderr, settings.environment)
  return {
    result(value, text) {
      stdout.write(json ? `${jsonText(value)}\n` : `${text}\n`)
    },
    note(text) {
      if (!silent) stderr.write(`${text}\n`)
    },
    progress(label, unit = "bytes") {
      return animated
        ? drawnProgress(label, unit === "bytes" ? formatBytes : String, stderr)
        : { update() {}, end() {} }
    },
  }
}

/** Draws nothing where nobody looks (a pipe, a log) or where it was declined (NO_COLOR, see no-color.org; TERM=dumb). */
function canAnimate(stream: Stream, environment: TerminalSettings["environment"]): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb"
}

/** `text` in red, where `stream` is a terminal with colours and NO_COLOR isn't set. */
export function red(text: string, stream: Stream, environment: TerminalSettings["environment"]): string {
  return canAnimate(stream, environment) ? `\u001b[31m${text}\u001b[39m` : text
}

function drawnProgress(label: string, format: (amount: number) => string, stream: Stream): Progress {
  let lastDrawn = Number.NEGATIVE_INFINITY
  let drawn = false
  return {
    update(done, total) {
      const now = performance.now()
      if (now - lastDrawn < redrawMilliseconds && done < total) return
      lastDrawn = now
      drawn = true
      stream.write(`\r${progressLine(label, done, total, format).slice(0, (stream.columns || 80) - 1)}\u001b[K`)
    },
    end() {
      if (drawn) stream.write("\r\u001b[K")
      drawn = false
    },
  }
}

/** `Sealing [######------------------]  25%  2.7 MB of 10.8 MB` */
export function progressLine(label: string, done: number, total: number, format = formatBytes): string {
  const fraction = total > 0 ? Math.min(done / total, 1) : 1
  const bar = "#".repeat(Math.round(fraction * barWidth)).padEnd(barWidth, "-")
  const percent = `${Math.floor(fraction * 100)}%`.padStart(4)
  return `${label} [${bar}] ${percent}  ${format(done)} of ${format(total)}`
}

/** Decimal units, as disks and networks are sold: `10.8 MB`. */
export function formatBytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"]
  let value = count
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** What a text can steer a terminal with: control characters (C0, DEL, C1), and those that reverse its order. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * `value` as one line of JSON, in which `\u` escapes stand for what steers a terminal too: people look at JSON, and for a
 * program it is the same. Times are in whole seconds, 64-bit integers as exact as JSON can hold them.
 */
export function jsonText(value: object): string {
  return JSON.stringify(value, jsonValue).replace(steering, (character) => {
    // By units of UTF-16, of which some characters have two.
    return character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("")
  })
}

/** Times in whole seconds; 64-bit elements as numbers where a double holds them exactly, else as text. */
function jsonValue(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // JSON.stringify has asked the date itself by then.
  const time = this[key]
  if (time instanceof Date) return formatTime(time)
  if (typeof value !== "bigint") return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

/** RFC 3339, in UTC, without fractions. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** A text from a file, for a terminal: control characters and those that reverse its order as escapes. */
export function printable(text: string): string {
  return text.replace(steering, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}

/** The same of many lines: a stack or a report can hold a file's text. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n")
}
