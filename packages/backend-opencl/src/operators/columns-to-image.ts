import type { Builder } from "../graph/builder.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import type { Windows } from "../kernels/window-loops.js"

/**
 * Sums what windows have at each place of a picture: `columns` has, for each channel and each place in the window, one
 * value for each of `positions` of the window.
 *
 * @param shape the picture's, `[N, C, ...]`
 * @param windows `pads` only those before
 */
export function columnsToImage(
  builder: Builder,
  columns: Tensor,
  shape: readonly number[],
  { window, strides, dilations, pads }: Windows,
  positions: readonly number[],
): Tensor {
  const spatial = [...window.keys()]
  const [taps, pixels] = [sizeOf(window), sizeOf(positions)]
  const [tapSteps, pixelSteps] = [contiguousStrides(window), contiguousStrides(positions)]
  const coordinates = spatial
    .toReversed()
    .map((axis) => `const int c${axis} = rest % ${shape[axis + 2]}; rest /= ${shape[axis + 2]};`)
  const loops = spatial.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${window[axis]}; k${axis}++) {
    const int from${axis} = c${axis} + ${pads[axis]} - k${axis} * ${dilations[axis]};
    const int x${axis} = from${axis} / ${strides[axis]};
    if (from${axis} < 0 || x${axis} >= ${positions[axis]} || x${axis} * ${strides[axis]} != from${axis}) continue;`,
  )
  const tap = spatial.map((axis) => `k${axis} * ${tapSteps[axis]}`).join(" + ")
  const pixel = spatial.map((axis) => ` + x${axis} * ${pixelSteps[axis]}`).join("")
  const body = `
  int rest = i;
  ${coordinates.join("\n  ")}
  ${tensorTypes[columns.type].computed} sum = 0;
  ${loops.join("\n  ")}
    sum += LOAD0((rest * ${taps} + ${tap}) * ${pixels}${pixel});
  ${spatial.map(() => "}").join("")}
  STORE0(i, sum);`
  const [result] = builder.custom([columns], [{ type: columns.type, shape }], { body })
  return result as Tensor
}
