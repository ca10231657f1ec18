import type { MatrixLayout } from "./gemm.js"
import type { PackedWeights } from "./kernel-call.js"

/**
 * Packs matrices into panels of a tile's columns, [batch][panel][depth][columns of a panel], with zeros beyond the last
 * column. Buffers: input, output.
 */
export function packColumns({
  batch,
  depth,
  columns,
  panel,
  layout,
}: {
  batch: readonly [number, number]
  depth: number
  columns: number
  panel: number
  layout: MatrixLayout
}): PackedWeights {
  const panels = Math.ceil(columns / panel)
  return {
    byteLength: batch[0] * batch[1] * panels * depth * panel * 4,
    pack: {
      source: `
__kernel void KERNEL(__global const float *restrict input, __global float *restrict output, const int depth,
                     const int columns, const int innerBatch, const int rowStride, const int columnStride,
                     const int outerStride, const int innerStride) {
  const int first = get_global_id(0) * ${panel}, count = min(${panel}, columns - first), from = get_global_id(1) * 64;
  const int batch = get_global_id(2);
  input += (size_t)(batch / innerBatch) * outerStride + (size_t)(batch % innerBatch) * innerStride;
  input += (size_t)first * columnStride;
  output += ((size_t)batch * get_global_size(0) + get_global_id(0)) * depth * ${panel};
  for (int row = from; row < min(from + 64, depth); row++) {
    for (int column = 0; column < count; column++)
      output[(size_t)row * ${panel} + column] = input[(size_t)row * rowStride + (size_t)column * columnStride];
    for (int column = count; column < ${panel}; column++) output[(size_t)row * ${panel} + column] = 0.0f;
  }
}`,
      buffers: ["input", "output"],
      integers: [depth, columns, batch[1], layout.row, layout.column, ...layout.batch],
      global: [panels, Math.ceil(depth / 64), batch[0] * batch[1]],
      local: [1, 1, 1],
    },
  }
}
