import type { Epilogue } from "./kernel-call.js"
import { columnsOf, declareSums, multiplyAdd, type RegisterTile, sum } from "./register-tile.js"
import { lines, load, store, vectorFunctions } from "./vector-text.js"

/** Floats of a row that are copied at a time. */
const part = 2048

/**
 * A work-item computes the tiles of a few panels of columns, for the same rows. These are first copied to private memory,
 * where they lie at a distance that the compiler knows and that isn't a power of two: rows of 1024 floats would all
 * compete for the same few lines of the cache. A single row is read where it is. The last tile of rows is moved back to
 * end with the matrix.
 */
export function gemmSource(tile: RegisterTile, epilogue: Epilogue): string {
  const { rows, width } = tile
  const columns = columnsOf(tile)
  const stride = part + 16
  return `${vectorFunctions(width)}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void KERNEL(__global const float *restrict left, __global const float *restrict right,
                     __global float *restrict output, const int rows, const int columns, const int depth,
                     const int panelsOfItem, const int innerBatch, const int leftRow, const int leftOuter,
                     const int leftInner, const int rightOuter, const int rightInner, const int outputRow,
                     const int outputOuter, const int outputInner${epilogue.parameters}) {
  const int row = min((int)get_global_id(0) * ${rows}, rows - ${rows});
  const int outer = (int)get_global_id(2) / innerBatch, inner = (int)get_global_id(2) % innerBatch;
  left += (size_t)outer * leftOuter + (size_t)inner * leftInner + (size_t)row * leftRow;
  right += (size_t)outer * rightOuter + (size_t)inner * rightInner;
  const size_t place = (size_t)outer * outputOuter + (size_t)inner * outputInner + (size_t)row * outputRow;
  ${rows === 1 ? "" : `float copy[${rows * stride}] __attribute__((aligned(64)));`}
  const int firstPanel = get_global_id(1) * panelsOfItem;
  const int endPanel = min(firstPanel + panelsOfItem, (columns + ${columns - 1}) / ${columns});
  for (int panel = firstPanel; panel < endPanel; panel++) {
    __global const float *weight = right + (size_t)panel * depth * ${columns};
    ${declareSums(tile, () => "0.0f")}
    for (int from = 0; from < depth; from += ${part}) {
      const int count = min(${part}, depth - from);
      ${rows === 1 ? "__global const float *factor = left + from;" : copyRows(tile, stride)}
      for (int step = 0; step < count; step++, factor++, weight += ${columns}) {
        ${multiplyAdd(
          tile,
          (vector) => load(width, `weight + ${vector * width}`),
          (index) => `factor[${index * stride}]`,
        )}
      }
    }
    const int column = panel * ${columns};
    ${lines(tile.vectors, (vector) => finishColumns(tile, vector, epilogue))}
  }
}`
}

const copyRows = ({ rows, width }: RegisterTile, stride: number): string => `
      if (panel == firstPanel || depth > ${part}) {
        for (int index = 0; index < ${rows}; index++) {
          __global const float *source = left + (size_t)index * leftRow + from;
          float *target = copy + index * ${stride};
          int step = 0;
          for (; step + ${width} <= count; step += ${width}) ${store(width, load(width, "source + step"), "target + step")}
          for (; step < count; step++) target[step] = source[step];
        }
      }
      const float *factor = copy;`

/** Stores a vector of every row, or what of it is inside the matrix. */
function finishColumns(tile: RegisterTile, vector: number, epilogue: Epilogue): string {
  const { rows, width } = tile
  const channel = `(column + ${vector * width})`
  const element = (row: number) => `(place + (size_t)${row} * outputRow + column + ${vector * width})`
  return `
    if (${channel} + ${width} <= columns) {
      ${lines(
        rows,
        (row) => `{
        ${epilogue.apply(sum(row, vector), { lanes: "channels", channel, element: element(row), width })}
        ${store(width, sum(row, vector), `output + ${element(row)}`)}
      }`,
      )}
    } else if (${channel} < columns) {
      float rest[${rows * width}];
      ${lines(rows, (row) => store(width, sum(row, vector), `rest + ${row * width}`))}
      for (int index = 0; index < ${rows}; index++)
        for (int lane = 0; ${channel} + lane < columns; lane++) {
          float one = rest[index * ${width} + lane];
          const size_t element = place + (size_t)index * outputRow + ${channel} + lane;
          ${epilogue.apply("one", { lanes: "channels", channel: `(${channel} + lane)`, element: "element", width: 1 })}
          output[element] = one;
        }
    }`
}
