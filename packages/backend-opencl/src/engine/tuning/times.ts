/** How long candidates took, in nanoseconds, by their questions' keys and their names. */
export type Times = Map<string, Readonly<Record<string, number>>>

/** What is kept, at most: some networks of hundreds of layers, in a few shapes each. */
const mostQuestions = 2 ** 12
const mostBytes = 2 ** 20

/** Takes the oldest away, if there are too many. */
export function addTimes(times: Times, key: string, one: Readonly<Record<string, number>>): void {
  times.delete(key)
  times.set(key, one)
  for (const oldest of times.keys()) {
    if (times.size <= mostQuestions) return
    times.delete(oldest)
  }
}

/** As it is kept: JSON. */
export function encodeTimes(times: Times): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(times)))
  return bytes.length <= mostBytes ? bytes : undefined
}

/** None where it isn't such JSON, or in parts: then it is measured again. */
export function decodeTimes(bytes: Uint8Array): Times {
  const times: Times = new Map()
  if (bytes.length > mostBytes) return times
  for (const [key, one] of entriesOf(parsed(bytes))) {
    const ofOne = entriesOf(one)
    if (ofOne.length > 0 && ofOne.every(([, time]) => isTime(time))) {
      addTimes(times, key, Object.fromEntries(ofOne) as Record<string, number>)
    }
  }
  return times
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []

const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value > 0
