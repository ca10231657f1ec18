import { lines } from "../vector-text.js"
import { type GroupTile, itemsOfTile, strideOf } from "./group-tile.js"
import type { TileSide } from "./tile-source.js"

/**
 * A matrix beside a tile, of which `name` points to the first element. Its length is along the tile, its depth is what
 * sums go over. The kernel has `depth`, and these names for expressions.
 */
export interface MatrixSide {
  readonly name: "left" | "right"
  readonly tile: GroupTile
  /** Along the tile: elements of a tile. */
  readonly span: number
  /** Along the tile: where the tile begins, and where the matrix ends. */
  readonly first: string
  readonly length: string
  /** What lies in memory; all is computed as float. */
  readonly type: "float" | "half"
  /** Whether four elements that lie together are one vector: strides, and what is read of it, are multiples of four. */
  readonly isAligned: boolean
}

/** Reads four elements at a pointer that is a multiple of as many. */
const readFour = (type: MatrixSide["type"], pointer: string) =>
  type === "half" ? `vloada_half4(0, ${pointer})` : `*(__global const float4 *)(${pointer})`

/** Reads one. Halves need no extension for that. */
const readOne = (type: MatrixSide["type"], pointer: string, index: number | string) =>
  type === "half" ? `vload_half(${index}, ${pointer})` : `(${pointer})[${index}]`

/**
 * A matrix whose elements lie together along its depth: turned over as it is written to local memory. Beyond its length
 * its last row (or column) is read again, for sums that nobody keeps; beyond its depth there are zeros.
 *
 * @param stride an expression: elements from one row (or column) to the next
 */
export function alongDepth({ name, tile, span, first, length, type, isAligned }: MatrixSide, stride: string): TileSide {
  const perRow = tile.depth / 4
  const rowsAtOnce = itemsOfTile(tile) / perRow
  const count = span / rowsAtOnce
  return {
    begin: `
  const int ${name}Depth = item % ${perRow} * 4, ${name}At = item / ${perRow};
  int ${name}Rest = depth - ${name}Depth;
  ${lines(
    count,
    (index) => `__global const ${type} *${name}From${index} = ${name} + ${name}Depth +
      (size_t)min(${first} + ${name}At + ${index * rowsAtOnce}, ${length} - 1) * ${stride};
  float4 ${name}Read${index};`,
  )}`,
    read: `
    ${lines(count, (index) => {
      const from = `${name}From${index}`
      const four = [0, 1, 2, 3].map((lane) => `${name}Rest > ${lane} ? ${readOne(type, from, lane)} : 0.0f`)
      const read = isAligned
        ? `${name}Rest > 0 ? ${readFour(type, from)} : (float4)(0.0f)`
        : `(float4)(${four.join(", ")})`
      return `${name}Read${index} = ${read};
    ${from} += ${tile.depth};`
    })}
    ${name}Rest -= ${tile.depth};`,
    keep: (target) => `{
      __local float *target = (__local float *)(${target}) + ${name}Depth * ${strideOf(span) * 4} + ${name}At;
      ${lines(count, (index) => turned(`${name}Read${index}`, index * rowsAtOnce, strideOf(span) * 4))}
    }`,
  }
}

/** Writes a vector along the depth to local memory, which has vectors along the tile. */
export const turned = (vector: string, offset: number, stride: number): string =>
  [0, 1, 2, 3].map((lane) => `target[${offset + lane * stride}] = ${vector}.s${lane};`).join("\n      ")

/**
 * A matrix whose elements lie together along its length, or nowhere.
 *
 * @param row an expression: elements from one step of the depth to the next
 * @param column an expression: elements from one column to the next; where it isn't 1, the matrix isn't aligned
 */
export function alongLength(
  { name, tile, span, first, length, type, isAligned }: MatrixSide,
  row: string,
  column: string,
): TileSide {
  const perStep = span / 4
  const stepsAtOnce = itemsOfTile(tile) / perStep
  const count = tile.depth / stepsAtOnce
  const begin = isAligned
    ? `${name} += min(${first} + item % ${perStep} * 4, ${length} - 4);`
    : lines(
        4,
        (lane) =>
          `const size_t ${name}At${lane} = (size_t)min(${first} + item % ${perStep} * 4 + ${lane}, ${length} - 1) * ${column};`,
      )
  return {
    begin: `
  const int ${name}Depth = item / ${perStep};
  int ${name}Rest = depth - ${name}Depth;
  ${name} += (size_t)${name}Depth * ${row};
  ${begin}
  ${lines(count, (index) => `float4 ${name}Read${index};`)}`,
    read: `
    ${lines(count, (index) => {
      const from = `${name} + (size_t)${index * stepsAtOnce} * ${row}`
      const four = [0, 1, 2, 3].map((lane) => readOne(type, from, `${name}At${lane}`))
      const read = isAligned ? readFour(type, from) : `(float4)(${four.join(", ")})`
      return `${name}Read${index} = ${name}Rest > ${index * stepsAtOnce} ? ${read} : (float4)(0.0f);`
    })}
    ${name} += (size_t)${tile.depth} * ${row};
    ${name}Rest -= ${tile.depth};`,
    keep: (target) =>
      lines(count, (index) => {
        const step = `(${name}Depth + ${index * stepsAtOnce})`
        return `(${target})[${step} * ${strideOf(span)} + item % ${perStep}] = ${name}Read${index};`
      }),
  }
}
