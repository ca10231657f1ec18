import type { AttentionShape, GuardKind } from "./attention.js"
import { keysAsRows, keysSideBySide } from "./attention-keys.js"
import { columnsOf, declareSums, forEachSum, multiplyAdd, type RegisterTile, sum } from "./register-tile.js"
import { turnVectors } from "./turn-vectors.js"
import { lines, load, store, vectorFunctions, vectorType } from "./vector-text.js"

/** What is done to queries and keys before their products, and to scores before their softmax. */
export interface AttentionEpilogue {
  /** Kernel parameters to append: those of the integers, then those of the buffers; each begins with a comma. */
  readonly parameters: string
  readonly integers: readonly number[]
  /** Statements before all others, which know `outer`, `middle` and `inner`, the place in the batch. */
  readonly begin: string
  /** C operators with numbers on their right that follow a query's floats, such as ` * 2.0f`, and a key's; or nothing. */
  readonly changesQuery: string
  readonly changesKey: string
  /**
   * Statements that change the variable `value`, the scores of a vector of queries and one key.
   *
   * @param row a C expression: the first of the vector's queries, of which those from `rows` on don't count
   * @param key a C expression: the key
   */
  readonly apply: (value: string, at: { readonly row: string; readonly key: string; readonly width: number }) => string
}

/** The name of each of a batch's axes. */
export const batchNames = ["Outer", "Middle", "Inner"] as const

/** Parameters: how far apart elements are, within a matrix and from matrix to matrix. */
const distances = (name: string, ...within: readonly string[]): string =>
  [...within, ...batchNames].map((axis) => `const int ${name}${axis}`).join(", ")

/** A C expression: where a matrix begins, by distances that are called so. */
export const placeInBatch = (name: string): string =>
  batchNames.map((axis) => `(size_t)${axis.toLowerCase()} * ${name}${axis}`).join(" + ")

/** Tiles of keys of which a block is made. */
const tilesOfBlock = 4

/**
 * A work-item computes the results of as many queries as its vectors have lanes: a lane is a query, so that nothing is
 * summed across lanes. Queries are transposed first, and results at last; keys and values are read float by float, each
 * for all lanes. `tile` has scores in its sums, keys by queries, and then results, floats of values by queries.
 */
export function attentionSource(
  tile: RegisterTile,
  {
    depth,
    width: floats,
    keysTogether,
    guard,
  }: Pick<AttentionShape, "depth" | "width" | "guard"> & { readonly keysTogether: boolean },
  epilogue: AttentionEpilogue,
): string {
  const { rows: keysOfTile, vectors, width } = tile
  const lanes = columnsOf(tile)
  const block = tilesOfBlock * keysOfTile
  const type = vectorType(width)
  const keys = (keysTogether ? keysSideBySide : keysAsRows)(tile, depth, epilogue.changesKey)
  const scoresOf = (vector: number) => load(width, `shares + key * ${lanes} + ${vector * width}`)
  return `${vectorFunctions(width)}${turnVectors(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict queries, __global const float *restrict keys,
                     __global const float *restrict values, __global float *restrict output, const int rows,
                     const int keyCount, const int middleBatch, const int innerBatch, ${distances("query", "Row")},
                     ${distances("key", "Row", "Column")}, ${distances("value", "Row")},
                     ${distances("output", "Row")}${epilogue.parameters}) {
  const int first = get_global_id(0) * ${lanes};
  const int inner = (int)get_global_id(1) % innerBatch, above = (int)get_global_id(1) / innerBatch;
  const int middle = above % middleBatch, outer = above / middleBatch;
  queries += ${placeInBatch("query")};
  keys += ${placeInBatch("key")};
  values += ${placeInBatch("value")};
  output += ${placeInBatch("output")};
  ${epilogue.begin}
  float turned[${depth * lanes}] __attribute__((aligned(64)));
  float results[${floats * lanes}] __attribute__((aligned(64)));
  float shares[${block * lanes}] __attribute__((aligned(64)));
  ${keys.declared}
  ${turnQueries(tile, depth, epilogue.changesQuery)}
  for (int index = 0; index < ${floats * lanes}; index++) results[index] = 0.0f;
  ${lines(vectors, (vector) => `${type} largest${vector} = (${type})(-INFINITY), total${vector} = (${type})(0.0f);`)}
  for (int begin = 0; begin < keyCount; begin += ${block}) {
    const int count = min(${block}, keyCount - begin);
    for (int from = 0; from < count; from += ${keysOfTile}) {
      ${keys.read}
      __private const float *query = turned;
      ${declareSums(tile, () => "0.0f")}
      for (int step = 0; step < ${depth}; step++, query += ${lanes}, factor += ${keys.next}) {
        ${multiplyAdd(
          tile,
          (vector) => load(width, `query + ${vector * width}`),
          (index) => `factor[${index * keys.apart}]`,
        )}
      }
      ${forEachSum(
        tile,
        (index, vector) => `{
        ${epilogue.apply(sum(index, vector), {
          row: `(first + ${vector * width})`,
          key: `min(begin + from + ${index}, keyCount - 1)`,
          width,
        })}
        ${store(width, sum(index, vector), `shares + (from + ${index}) * ${lanes} + ${vector * width}`)}
      }`,
      )}
    }
    ${lines(
      vectors,
      (vector) => `
    ${type} most${vector} = largest${vector};
    for (int key = 0; key < count; key++) {
      const ${type} score = ${scoresOf(vector)};
      most${vector} = score > most${vector} ? score : most${vector};
    }
    // Where all scores until now are minus infinity, they are nothing beside those that may come.
    const ${type} shift${vector} = most${vector} == (${type})(-INFINITY) ? (${type})(0.0f) : most${vector};
    const ${type} decay${vector} = exp(largest${vector} - shift${vector});
    total${vector} *= decay${vector};
    for (int key = 0; key < count; key++) {
      const ${type} share = exp(${scoresOf(vector)} - shift${vector});
      total${vector} += share;
      ${store(width, "share", `shares + key * ${lanes} + ${vector * width}`)}
    }
    largest${vector} = most${vector};`,
    )}
    __global const float *block = values + (size_t)begin * valueRow;
    ${addValues(tile, floats)}
  }
  ${guard === undefined ? "" : haveZeros(tile, floats, guard)}
  ${storeResults(tile, floats)}
}`
}

/** The queries' floats, each of all lanes together. Those from `rows` on are the last, and aren't stored. */
function turnQueries({ vectors, width }: RegisterTile, depth: number, changes: string): string {
  const lanes = vectors * width
  const whole = depth - (depth % width)
  const row = (lane: string | number) => `(size_t)min(first + part + ${lane}, rows - 1) * queryRow`
  return `for (int part = 0; part < ${lanes}; part += ${width}) {
    for (int step = 0; step < ${whole}; step += ${width}) {
      ${vectorType(width)} x[${width}];
      ${lines(width, (lane) => `x[${lane}] = ${load(width, `queries + ${row(lane)} + step`)}${changes};`)}
      KERNEL_turn(x);
      ${lines(width, (index) => store(width, `x[${index}]`, `turned + (step + ${index}) * ${lanes} + part`))}
    }
    for (int step = ${whole}; step < ${depth}; step++)
      for (int lane = 0; lane < ${width}; lane++) turned[step * ${lanes} + part + lane] = queries[${row("lane")} + step]${changes};
  }`
}

/** Adds a block's values, by their shares, to what the results have of the blocks before. */
function addValues(tile: RegisterTile, floats: number): string {
  const most = Math.ceil(floats / Math.ceil(floats / tile.rows))
  const whole = floats - (floats % most)
  return `for (int float0 = 0; float0 < ${whole}; float0 += ${most}) {${addPart({ ...tile, rows: most })}}
    ${whole === floats ? "" : `{ const int float0 = ${whole}; ${addPart({ ...tile, rows: floats - whole })} }`}`
}

function addPart(tile: RegisterTile): string {
  const { width } = tile
  const lanes = columnsOf(tile)
  const place = (row: number, vector: number) => `results + (float0 + ${row}) * ${lanes} + ${vector * width}`
  return `
      ${forEachSum(
        tile,
        (row, vector) =>
          `${vectorType(width)} ${sum(row, vector)} = ${load(width, place(row, vector))} * decay${vector};`,
      )}
      __global const float *value = block + float0;
      for (int key = 0; key < count; key++, value += valueRow) {
        ${multiplyAdd(
          tile,
          (vector) => load(width, `shares + key * ${lanes} + ${vector * width}`),
          (row) => `value[${row}]`,
        )}
      }
      ${forEachSum(tile, (row, vector) => store(width, sum(row, vector), place(row, vector)))}
    `
}

/**
 * Has queries of which no key counts, and if so guarded those of which some score isn't a number, share nothing: what
 * they add up is zero times each value, which is no number where a value isn't finite. Of shares that are zeros that has
 * been added up already.
 */
function haveZeros({ vectors, width }: RegisterTile, floats: number, guard: GuardKind): string {
  const lanes = vectors * width
  const shareNothing = (vector: number) => `
      if (isnan(totals[lane])) {
        for (int step = 0; step < ${floats}; step++) {
          float nothing = 0.0f;
          for (int key = 0; key < keyCount; key++) nothing += 0.0f * values[(size_t)key * valueRow + step];
          results[step * ${lanes} + ${vector * width} + lane] = nothing;
        }
        totals[lane] = 1.0f;
      }`
  return lines(
    vectors,
    (vector) => `{
    float totals[${width}];
    ${store(width, `total${vector}`, "totals")}
    for (int lane = 0; lane < ${width}; lane++) {
      ${guard === "not-numbers" ? shareNothing(vector) : ""}
      if (totals[lane] == 0.0f) totals[lane] = 1.0f;
    }
    total${vector} = ${load(width, "totals")};
  }`,
  )
}

/** Divided by the sum of shares, and a row a query again. */
function storeResults({ vectors, width }: RegisterTile, floats: number): string {
  const lanes = vectors * width
  const whole = floats - (floats % width)
  const part = (vector: number) => `{
    const ${vectorType(width)} factor = (${vectorType(width)})(1.0f) / total${vector};
    const int row = first + ${vector * width}, count = min(${width}, rows - row);
    __global float *target = output + (size_t)row * outputRow;
    for (int step = 0; step < ${whole}; step += ${width}) {
      ${vectorType(width)} x[${width}];
      ${lines(
        width,
        (index) =>
          `x[${index}] = factor * ${load(width, `results + (step + ${index}) * ${lanes} + ${vector * width}`)};`,
      )}
      KERNEL_turn(x);
      ${lines(width, (lane) => `if (${lane} < count) ${store(width, `x[${lane}]`, `target + (size_t)${lane} * outputRow + step`)}`)}
    }
    ${
      whole === floats
        ? ""
        : `float factors[${width}];
    ${store(width, "factor", "factors")}
    for (int lane = 0; lane < count; lane++)
      for (int step = ${whole}; step < ${floats}; step++)
        target[(size_t)lane * outputRow + step] = factors[lane] * results[step * ${lanes} + ${vector * width} + lane];`
    }
  }`
  return lines(vectors, part)
}
