/** Numbers in a kernel's body that are its arguments: the same text does for every size, and is compiled once. */

/**
 * A size in a body, as OpenCL C of type int. 0 and 1 are written out: what the compiler makes of them is worth a text of its
 * own.
 */
export const argument = (size: number): string => (size === 0 || size === 1 ? `${size}` : `$${size}$`)

/** The body with the names `size0`, `size1` and on in the places of {@link argument}s, and these in their order. */
export function withSizeArguments(body: string): { readonly body: string; readonly sizes: readonly number[] } {
  const sizes: number[] = []
  const named = body.replaceAll(/\$(-?\d+)\$/g, (_, size: string) => `size${sizes.push(Number(size)) - 1}`)
  return { body: named, sizes }
}
