import type { GemmShape } from "../gemm.js"
import type { Epilogue, KernelCall } from "../kernel-call.js"
import { lines } from "../vector-text.js"

/** Of the left-hand matrix: with more, what is read of memory is worth sharing. */
const mostRows = 4

/** Columns side by side, and pieces of the depth that are added up at last. */
const byLength = { across: 32, down: 4 } as const
/** Numbers on the right that an item asks memory for before it waits for the first. */
const together = 4
/** Columns of a group, and items along the depth of each. */
const byDepth = { across: 2, down: 32 } as const

/**
 * Products with a few rows, of which each number on the right is read once: as fast as memory is. Items side by side read
 * numbers side by side, and a group's sums of parts of the depth are added up in local memory. Buffers: left, right, output.
 *
 * @returns undefined where there are more rows, or the right-hand matrix lies neither row after row nor column after column
 */
export function thinProduct(shape: GemmShape, epilogue: Epilogue): KernelCall | undefined {
  const { batch, rows, columns, depth, left, right, output, rightType = "float" } = shape
  if (rows > mostRows || (right.column !== 1 && right.row !== 1)) return undefined
  const isAlongDepth = right.column !== 1
  const { across, down } = isAlongDepth ? byDepth : byLength
  return {
    source: source(rows, isAlongDepth, rightType, epilogue),
    buffers: ["left", "right", "output"],
    integers: [
      ...[columns, depth, batch[1]],
      ...[left, { ...right, row: isAlongDepth ? right.column : right.row }, output].flatMap(({ row, batch }) => [
        row,
        ...batch,
      ]),
    ],
    global: [Math.ceil(columns / across) * across * down, batch[0] * batch[1]],
    local: [across * down, 1],
  }
}

function source(rows: number, isAlongDepth: boolean, type: "float" | "half", epilogue: Epilogue): string {
  const { across, down } = isAlongDepth ? byDepth : byLength
  // What lies together in memory is for items side by side.
  const place = isAlongDepth
    ? `const int along = item / ${down}, part = item % ${down};`
    : `const int along = item % ${across}, part = item / ${across};`
  const weight = (step: string) => {
    const from = isAlongDepth ? `(size_t)at * rightStride + ${step}` : `(size_t)${step} * rightStride + at`
    return type === "half" ? `vload_half(${from}, right)` : `right[${from}]`
  }
  const add = (weight: string, step: string) =>
    lines(rows, (row) => `sum${row} += left[(size_t)${row} * leftRow + ${step}] * ${weight};`)
  return `
__attribute__((reqd_work_group_size(${across * down}, 1, 1)))
__kernel void KERNEL(__global const float *restrict left, __global const ${type} *restrict right,
                     __global float *restrict output, const int columns, const int depth, const int innerBatch,
                     const int leftRow, const int leftOuter, const int leftInner, const int rightStride,
                     const int rightOuter, const int rightInner, const int outputRow, const int outputOuter,
                     const int outputInner${epilogue.parameters}) {
  __local float sums[${rows}][${down}][${across}];
  const int item = get_local_id(0);
  ${place}
  const int column = get_group_id(0) * ${across} + along, at = min(column, columns - 1);
  const int outer = (int)get_group_id(1) / innerBatch, inner = (int)get_group_id(1) % innerBatch;
  left += (size_t)outer * leftOuter + (size_t)inner * leftInner;
  right += (size_t)outer * rightOuter + (size_t)inner * rightInner;
  ${lines(rows, (row) => `float sum${row} = 0.0f;`)}
  int step = part;
  for (; step + ${(together - 1) * down} < depth; step += ${together * down}) {
    ${lines(together, (index) => `const float weight${index} = ${weight(`(step + ${index * down})`)};`)}
    ${lines(together, (index) => add(`weight${index}`, `(step + ${index * down})`))}
  }
  for (; step < depth; step += ${down}) {
    const float weight = ${weight("step")};
    ${add("weight", "step")}
  }
  ${lines(rows, (row) => `sums[${row}][part][along] = sum${row};`)}
  for (int distance = ${down / 2}; distance > 0; distance /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (part < distance) {
      ${lines(rows, (row) => `sums[${row}][part][along] += sums[${row}][part + distance][along];`)}
    }
  }
  if (part == 0 && column < columns) {
    ${lines(
      rows,
      (row) => `{
      float value = sums[${row}][0][along];
      const size_t element =
          (size_t)outer * outputOuter + (size_t)inner * outputInner + (size_t)${row} * outputRow + column;
      ${epilogue.apply("value", { lanes: "channels", channel: "column", element: "element", width: 1 })}
      output[element] = value;
    }`,
    )}
  }
}
`
}
