const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const first = Date.UTC(1970, 0, 1)
const end = Date.UTC(10_000, 0, 1)

/** A time of the format, `YYYY-MM-DDThh:mm:ssZ` from 1970 to 9999; `undefined` when it isn't one, or not a real date. */
export function parseTime(text: string): Date | undefined {
  if (!pattern.test(text)) return undefined
  const time = new Date(text)
  // A day that the month doesn't have, or 24:00, moves to another day: writing it again shows that.
  return inRange(time) && formatTime(time) === text ? time : undefined
}

/**
 * Whole seconds: what is beyond is cut off.
 *
 * @throws RangeError for an invalid date or one outside 1970 to 9999.
 */
export function formatTime(time: Date): string {
  if (!inRange(time)) throw new RangeError("Expected a valid Date from 1970 to 9999.")
  return `${time.toISOString().slice(0, 19)}Z`
}

function inRange(time: Date): boolean {
  return time.getTime() >= first && time.getTime() < end
}
