// What cases need of assertions, as node:assert/strict has it: pages have no such module, and one suite runs in all places.

/** An expectation that doesn't hold. Runners print how the two values differ. */
export class AssertionError extends Error {
  override readonly name = "AssertionError"
  readonly code = "ERR_ASSERTION"
  readonly actual: unknown
  readonly expected: unknown

  constructor(message: string, actual?: unknown, expected?: unknown) {
    super(message)
    this.actual = actual
    this.expected = expected
  }
}

export function fail(message: string): never {
  throw new AssertionError(message)
}

export function ok(value: unknown, message = "Expected something that holds."): asserts value {
  if (!value) throw new AssertionError(message, value, true)
}

export function equal(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected)) throw differs(actual, expected, message)
}

export function notEqual(actual: unknown, other: unknown): void {
  if (Object.is(actual, other)) throw new AssertionError(`Expected anything but ${shown(other)}.`, actual)
}

export function match(text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw new AssertionError(`Expected ${pattern}, not ${shown(text)}.`, text, pattern)
}

/**
 * Plain objects and arrays are equal if what they hold is, typed arrays of one type if they are bit for bit; anything else
 * equals only itself.
 */
export function deepStrictEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!isSame(actual, expected)) throw differs(actual, expected, message)
}

export async function rejects(promise: Promise<unknown>, isIt: (error: unknown) => boolean = () => true) {
  const error = await promise.then(
    () => fail("Expected a rejection; it was fulfilled."),
    (reason: unknown) => reason,
  )
  if (error instanceof AssertionError) throw error
  if (!isIt(error)) throw new AssertionError(`Rejected with another error: ${String(error)}`, error)
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
  const prototype = Object.getPrototypeOf(one)
  if (prototype !== Object.getPrototypeOf(other)) return false
  if (ArrayBuffer.isView(one)) return hasSameBytes(one, other as ArrayBufferView)
  if (Array.isArray(one) && one.length !== (other as readonly unknown[]).length) return false
  if (!Array.isArray(one) && prototype !== Object.prototype && prototype !== null) return false
  const keys = enumerableKeys(one)
  return (
    keys.length === enumerableKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(Reflect.get(one, key), Reflect.get(other, key)))
  )
}

const enumerableKeys = (value: object) =>
  Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))

function hasSameBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  const [left, right] = [one, other].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  ) as [Uint8Array, Uint8Array]
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

const differs = (actual: unknown, expected: unknown, message?: string) =>
  new AssertionError(message ?? `Expected ${shown(expected)}, not ${shown(actual)}.`, actual, expected)

const longest = 400

function shown(value: unknown): string {
  const text = JSON.stringify(value, forJson) ?? String(value)
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

/** What JSON would lose, or write by index. */
function forJson(_: string, value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return String(value)
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value)
  if (value instanceof Error) return String(value)
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return value
  return { [value.constructor.name]: [...(value as Uint8Array).subarray(0, longest)] }
}

const numberText = (value: number) => (Object.is(value, -0) ? "-0" : String(value))
