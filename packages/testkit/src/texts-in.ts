/**
 * Every text that whoever gets a value can find in it: names and values of its properties, hidden ones too, the stack and the
 * causes of an error, and those of what it holds, however deep. One a line.
 */
export function textsIn(value: unknown): string {
  const texts: string[] = []
  const seen = new Set<unknown>()
  const left = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (isObject(next)) {
      if (seen.has(next)) continue
      seen.add(next)
      for (const key of Reflect.ownKeys(next)) left.push(String(key), member(next, key))
      if (next instanceof Map || next instanceof Set) left.push(...[...next].flat())
    } else texts.push(String(next))
  }
  return texts.join("\n")
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function"

function member(of: object, key: string | symbol): unknown {
  try {
    return Reflect.get(of, key)
  } catch (error) {
    return error
  }
}
