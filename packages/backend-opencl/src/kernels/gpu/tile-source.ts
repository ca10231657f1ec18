import { lines } from "../vector-text.js"
import { columnsOfTile, type GroupTile, itemsOfTile, rowsOfTile, strideOf } from "./group-tile.js"

/** How a piece of a matrix comes to local memory: each item copies some of it. */
export interface TileSide {
  /** Statements before the first piece: where the item's own part of it lies. */
  readonly begin: string
  /** Statements that read the item's part of the next piece, into registers. */
  readonly read: string
  /** Statements that write them, as vectors of four along rows or columns, from the vector `target` of local memory on. */
  readonly keep: (target: string) => string
}

/** A kernel of tiles; the text of its parts refers to `item`, `across` and `down`, an item's place in the group. */
export interface TileKernel {
  readonly tile: GroupTile
  /** The kernel's parameters. */
  readonly parameters: string
  /** Statements that find the tile of the group. */
  readonly begin: string
  readonly left: TileSide
  readonly right: TileSide
  /** Steps of a piece that are written out one after the other: more would take registers that another group needs. */
  readonly unrolled: 1 | 2
  /** An expression: pieces of the tile's depth, at least one. */
  readonly pieces: string
  /** An expression for the sums' first value, of a vector of columns. */
  readonly initial: (vector: number) => string
  /** Statements that finish a row's vector of four sums, the variable `name`. */
  readonly finish: (name: string, place: { readonly row: number; readonly vector: number }) => string
}

/**
 * A product by tiles: a group copies a piece of both matrices to local memory, and each item adds what it makes of the
 * piece to its sums, which stay in registers. There is room for two pieces: the next is on its way from memory while one is
 * multiplied, and the group waits for itself once a piece.
 */
export function tileSource(kernel: TileKernel): string {
  const { tile, parameters, begin, left, right, pieces, initial } = kernel
  const [leftStride, rightStride] = [strideOf(rowsOfTile(tile)), strideOf(columnsOfTile(tile))]
  const [leftPiece, rightPiece] = [tile.depth * leftStride, tile.depth * rightStride]
  const halves = (count: number) => Array.from({ length: count / 4 }, (_, index) => index)
  const forEachSum = (text: (row: number, vector: number) => string) =>
    lines(tile.itemRows, (row) => lines(tile.itemColumns / 4, (vector) => text(row, vector)))
  const keep = (half: string) => `${left.keep(`leftTile + ${half} * ${leftPiece}`)}
    ${right.keep(`rightTile + ${half} * ${rightPiece}`)}`
  return `
#ifdef FP_FAST_FMAF
#define KERNEL_add(a, b, c) fma(a, b, c)
#else
#define KERNEL_add(a, b, c) ((a) * (b) + (c))
#endif
__attribute__((reqd_work_group_size(${itemsOfTile(tile)}, 1, 1)))
__kernel void KERNEL(${parameters}) {
  __local float4 leftTile[${2 * leftPiece}], rightTile[${2 * rightPiece}];
  const int item = get_local_id(0), across = item % ${tile.across}, down = item / ${tile.across};
  ${begin}
  ${forEachSum((row, vector) => `float4 ${sumOf(row, vector)} = ${initial(vector)};`)}
  ${left.begin}
  ${right.begin}
  ${left.read}
  ${right.read}
  ${keep("0")}
  barrier(CLK_LOCAL_MEM_FENCE);
  const int pieces = ${pieces};
  for (int piece = 1; piece <= pieces; piece++) {
    const int next = piece & 1;
    if (piece < pieces) {
      ${left.read}
      ${right.read}
    }
    __local const float4 *leftPiece = leftTile + (1 - next) * ${leftPiece} + down;
    __local const float4 *rightPiece = rightTile + (1 - next) * ${rightPiece} + across;
    #pragma unroll ${kernel.unrolled}
    for (int step = 0; step < ${tile.depth}; step++) {
      ${halves(tile.itemRows)
        .map((half) => `const float4 left${half} = leftPiece[step * ${leftStride} + ${half * tile.down}];`)
        .join("\n")}
      ${halves(tile.itemColumns)
        .map((half) => `const float4 right${half} = rightPiece[step * ${rightStride} + ${half * tile.across}];`)
        .join("\n")}
      ${forEachSum((row, vector) => {
        const sum = sumOf(row, vector)
        const factor = `left${Math.floor(row / 4)}.s${row % 4}`
        return `${sum} = KERNEL_add((float4)(${factor}), right${vector}, ${sum});`
      })}
    }
    if (piece < pieces) {
      ${keep("next")}
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  ${forEachSum((row, vector) => kernel.finish(sumOf(row, vector), { row, vector }))}
}
`
}

const sumOf = (row: number, vector: number): string => `sum${row}_${vector}`

/** An expression: which of the tile's rows a row of an item's is. */
export const rowOfItem = ({ down }: GroupTile, row: number): string =>
  `(down * 4 + ${Math.floor(row / 4) * down * 4 + (row % 4)})`

/** An expression: which of the tile's columns a vector of an item's begins at. */
export const columnOfItem = ({ across }: GroupTile, vector: number): string => `(across * 4 + ${vector * across * 4})`
