import type { Epilogue } from "./kernel-call.js"
import { columnsOf, declareSums, forEachSum, multiplyAdd, type RegisterTile, sum } from "./register-tile.js"
import { lines, load, store, vectorFunctions, vectorType } from "./vector-text.js"

/**
 * A right-hand matrix that lies row after row: a work-item goes down its rows, with a few vectors of columns. The last tile
 * of columns is moved back to end with the matrix.
 */
export function byColumnsSource(tile: RegisterTile, epilogue: Epilogue): string {
  const { width } = tile
  return `${vectorFunctions(width)}${begin(columnsOf(tile), epilogue)}
  right += column;
  ${declareSums(tile, () => "0.0f")}
  for (int step = 0; step < depth; step++, left++, right += rightStride) {
    ${multiplyAdd(
      tile,
      (vector) => load(width, `right + ${vector * width}`),
      (row) => `left[${row} * leftRow]`,
    )}
  }
  ${forEachSum(tile, (row, vector) => {
    const place = {
      channel: `(column + ${vector * width})`,
      element: `(place + ${row} * outputRow + ${vector * width})`,
    }
    return `{
    ${epilogue.apply(sum(row, vector), { lanes: "channels", ...place, width })}
    ${store(width, sum(row, vector), `output + ${place.element}`)}
  }`
  })}
}`
}

/** A few rows by a few columns. */
interface DepthTile {
  readonly rows: number
  readonly columns: number
  readonly width: RegisterTile["width"]
}

/**
 * A right-hand matrix that lies column after column, as transposed weights do: a work-item goes along a few of its columns,
 * and sums what each vector's lanes have at last.
 */
export function byDepthSource({ rows, columns, width }: DepthTile, epilogue: Epilogue): string {
  const type = vectorType(width)
  const forEach = (text: (row: number, column: number) => string) =>
    lines(rows, (row) => lines(columns, (column) => text(row, column)))
  return `${vectorFunctions(width)}
static float KERNEL_total(const ${type} value) {
  ${halves(width)}
}
${begin(columns, epilogue)}
  right += (size_t)column * rightStride;
  ${forEach((row, column) => `${type} ${sum(row, column)} = 0.0f;`)}
  int step = 0;
  for (; step + ${width} <= depth; step += ${width}) {
    ${lines(rows, (row) => `const ${type} factor${row} = ${load(width, `left + ${row} * leftRow + step`)};`)}
    ${lines(columns, (column) => {
      const weight = load(width, `right + (size_t)${column} * rightStride + step`)
      const sums = lines(rows, (row) => `${sum(row, column)} = fma(factor${row}, weight, ${sum(row, column)});`)
      return `{ const ${type} weight = ${weight}; ${sums} }`
    })}
  }
  ${forEach(
    (row, column) => `{
    float one = KERNEL_total(${sum(row, column)});
    for (int rest = step; rest < depth; rest++)
      one = fma(left[${row} * leftRow + rest], right[(size_t)${column} * rightStride + rest], one);
    const size_t element = place + ${row} * outputRow + ${column};
    ${epilogue.apply("one", { lanes: "channels", channel: `(column + ${column})`, element: "element", width: 1 })}
    output[element] = one;
  }`,
  )}
}`
}

/** The kernel's head, and where its matrices and its columns are. */
const begin = (columns: number, { parameters }: Epilogue): string => `
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict left, __global const float *restrict right,
                     __global float *restrict output, const int columns, const int depth, const int innerBatch,
                     const int leftRow, const int leftOuter, const int leftInner, const int rightStride,
                     const int rightOuter, const int rightInner, const int outputRow, const int outputOuter,
                     const int outputInner${parameters}) {
  const int column = min((int)get_global_id(0) * ${columns}, columns - ${columns});
  const int outer = (int)get_global_id(1) / innerBatch, inner = (int)get_global_id(1) % innerBatch;
  left += (size_t)outer * leftOuter + (size_t)inner * leftInner;
  right += (size_t)outer * rightOuter + (size_t)inner * rightInner;
  const size_t place = (size_t)outer * outputOuter + (size_t)inner * outputInner + column;`

/** Statements that return the sum of a vector's lanes. */
function halves(width: number): string {
  const statements: string[] = []
  let name = "value"
  for (let lanes = width / 2; lanes > 1; lanes /= 2) {
    statements.push(`const float${lanes} of${lanes} = ${name}.lo + ${name}.hi;`)
    name = `of${lanes}`
  }
  return [...statements, `return ${name}.lo + ${name}.hi;`].join("\n  ")
}
