import type { RegisterTile } from "./register-tile.js"
import { lines, load, store } from "./vector-text.js"

/** How attention's kernel reads a tile's keys, from `begin + from` on. Those beyond the last key aren't looked at. */
export interface AttentionKeys {
  /** Private memory, if they are copied. */
  readonly declared: string
  /** Statements that point `factor` to the first float of the first key. */
  readonly read: string
  /** How far apart a key's floats are, in C, and keys. */
  readonly next: string
  readonly apart: number
}

/**
 * Copied, at a distance that the compiler knows.
 *
 * @param depth floats of a key
 * @param changes what follows a float: C operators with numbers on their right, or nothing
 */
export function keysAsRows({ rows, width }: RegisterTile, depth: number, changes: string): AttentionKeys {
  const apart = depth + 16
  return {
    declared: `float copy[${rows * apart}] __attribute__((aligned(64)));`,
    read: `
      for (int index = 0; index < ${rows}; index++) {
        __global const float *source = keys + (size_t)min(begin + from + index, keyCount - 1) * keyRow;
        float *target = copy + index * ${apart};
        int step = 0;
        for (; step + ${width} <= ${depth}; step += ${width}) ${store(width, `${load(width, "source + step")}${changes}`, "target + step")}
        for (; step < ${depth}; step++) target[step] = source[step]${changes};
      }
      __private const float *factor = copy;`,
    next: "1",
    apart,
  }
}

/** Read where they are, unless they change: then copied, in whole vectors. Parameters as of {@link keysAsRows}. */
export function keysSideBySide({ rows, width }: RegisterTile, depth: number, changes: string): AttentionKeys {
  if (changes === "") {
    return { declared: "", read: "__global const float *factor = keys + begin + from;", next: "keyColumn", apart: 1 }
  }
  const vectors = Math.ceil(rows / width)
  const next = vectors * width
  return {
    declared: `float copy[${depth * next}] __attribute__((aligned(64)));`,
    read: `
      for (int step = 0; step < ${depth}; step++) {
        __global const float *source = keys + (size_t)step * keyColumn + begin + from;
        float *target = copy + step * ${next};
        ${lines(vectors, (vector) => store(width, `${load(width, `source + ${vector * width}`)}${changes}`, `target + ${vector * width}`))}
      }
      __private const float *factor = copy;`,
    next: `${next}`,
    apart: 1,
  }
}
