/** Says whether a parsed JSON value is of a type. Objects may hold members that a check doesn't name. */
export type Check<T> = (value: unknown) => value is T

/** The type that a check proves. */
export type Checked<C> = C extends Check<infer T> ? T : never

export const text: Check<string> = (value) => typeof value === "string"
export const flag: Check<boolean> = (value) => typeof value === "boolean"
/** Integers that JSON carries exactly, from 0. */
export const natural: Check<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value)
}

export function literal<T extends string | number>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.some((one) => one === value)
}

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check)
}

export function dictionary<T>(check: Check<T>): Check<{ readonly [name: string]: T }> {
  return (value): value is { readonly [name: string]: T } => isObject(value) && Object.values(value).every(check)
}

type Checks = { readonly [name: string]: Check<unknown> }
type Fields<F extends Checks> = { readonly [K in keyof F]: Checked<F[K]> }

export function fields<F extends Checks>(checks: F): Check<Fields<F>> {
  const entries = Object.entries(checks)
  return (value): value is Fields<F> =>
    isObject(value) && entries.every(([name, check]) => Object.hasOwn(value, name) && check(value[name]))
}

export function either<C extends readonly Check<unknown>[]>(...checks: C): Check<Checked<C[number]>> {
  return (value): value is Checked<C[number]> => checks.some((check) => check(value))
}

/** Objects told apart by their member `type`. */
export function tagged<K extends { readonly [type: string]: Checks }>(
  kinds: K,
): Check<{ [T in keyof K & string]: { readonly type: T } & Fields<K[T]> }[keyof K & string]> {
  const checks = new Map(Object.entries(kinds).map(([type, checks]) => [type, fields(checks)]))
  return (value): value is { [T in keyof K & string]: { readonly type: T } & Fields<K[T]> }[keyof K & string] =>
    isObject(value) && typeof value.type === "string" && checks.get(value.type)?.(value) === true
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
