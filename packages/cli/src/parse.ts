/** The values of options. Each function throws a RangeError that names what was expected, which is misuse: exit code 2. */

/** A whole number from `least`, written in digits only. */
export function parseCount(text: string, name: string, least = 0): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number from ${least}, not "${text}".`)
  }
  return value
}

const byteUnits = new Map([
  ["", 1],
  ["k", 1 << 10],
  ["m", 1 << 20],
])

/** Bytes: `4096`, `64KiB`, `1MiB` (also `64K`, `1M`). Powers of 1024, as segment sizes are powers of two. */
export function parseByteCount(text: string, name: string): number {
  const [, digits, unit] = /^(\d+)(?:([km])(?:ib)?)?$/i.exec(text) ?? []
  const factor = byteUnits.get(unit?.toLowerCase() ?? "")
  if (digits === undefined || factor === undefined) {
    throw new RangeError(`${name} must be a number of bytes such as 65536, 64KiB or 1MiB, not "${text}".`)
  }
  return Number(digits) * factor
}

const unitSeconds = new Map([
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
])

/** A moment: RFC 3339 (`2027-01-31T12:00:00Z`), a date (midnight, UTC), or from now: `30d`, `12h`, `90m`, `2w`. */
export function parseTime(text: string, name: string, now: Date): Date {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? []
  const seconds = unitSeconds.get(unit ?? "")
  const time =
    count !== undefined && seconds !== undefined
      ? new Date(now.getTime() + Number(count) * seconds * 1000)
      : parseMoment(text)
  if (time === undefined || Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999) {
    throw new RangeError(`${name} must be a time such as 2027-01-31T12:00:00Z, or from now such as 30d, not "${text}".`)
  }
  // Times in grants have whole seconds.
  time.setUTCMilliseconds(0)
  return time
}

function parseMoment(text: string): Date | undefined {
  const [, year, month, day, clock, zone] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d))?$/i.exec(text) ?? []
  if (year === undefined) return undefined
  // JavaScript's own parser takes 30 February for 2 March.
  if (new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() !== Number(day)) return undefined
  return new Date(`${year}-${month}-${day}T${clock ?? "00:00:00"}${zone?.toUpperCase() ?? "Z"}`)
}

/** `name=rest`, split at the first equals sign. */
export function parseAssignment(text: string, name: string): readonly [string, string] {
  const at = text.indexOf("=")
  if (at < 1 || at === text.length - 1) throw new RangeError(`${name} must be NAME=VALUE, not "${text}".`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** Sizes of dimensions: `1x3x48x192`, or `1,3,48,192`; `scalar` for none. */
export function parseShape(text: string, name: string): number[] {
  if (text === "scalar") return []
  return text.split(/[x,]/).map((size) => parseCount(size, `A size in ${name}`))
}

/** For options that can be given several times: commander calls it with the value and the ones before. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

/** An object as JSON. */
export function parseObject(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  throw new RangeError(`An object is expected, as JSON such as {"device":"cpu"}, not "${text}".`)
}
