/** Inputs or attributes of a kernel: some are lists, and some are left out. */
export type Nested<T> = T | null | undefined | readonly Nested<T>[] | { readonly [name: string]: Nested<T> }

/** The same with `change` made to all that `isLeaf` is true of. */
export function mapNested<T, U>(
  nested: Nested<T>,
  isLeaf: (value: unknown) => value is T,
  change: (leaf: T) => U,
): Nested<U> {
  if (isLeaf(nested)) return change(nested)
  if (nested === null || nested === undefined) return nested as null | undefined
  if (Array.isArray(nested)) return nested.map((inner: Nested<T>) => mapNested(inner, isLeaf, change))
  const result: { [name: string]: Nested<U> } = {}
  for (const [name, inner] of Object.entries(nested)) result[name] = mapNested(inner, isLeaf, change)
  return result
}
