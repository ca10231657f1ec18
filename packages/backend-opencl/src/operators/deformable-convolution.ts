import type { Builder } from "../graph/builder.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import type { Windows } from "../kernels/window-loops.js"

/**
 * A convolution each of whose taps is moved by an offset, bilinear between pixels, and outside zero (Dai et al.,
 * "Deformable Convolutional Networks", 2017).
 *
 * @param inputs x, weights `[M, C / groups, kH, kW]`, offsets `[N, offset groups x kH x kW x 2, oH, oW]`, and perhaps a
 * mask `[N, offset groups x kH x kW, oH, oW]`
 */
export function deformableConvolution(
  builder: Builder,
  inputs: readonly Tensor[],
  shape: readonly number[],
  options: Windows & { readonly groups: number; readonly offsetGroups: number },
): Tensor {
  const [x, weights, , mask] = inputs as [Tensor, Tensor, Tensor, Tensor?]
  const { window, strides, dilations, pads, groups, offsetGroups } = options
  const [, channels = 1, height = 1, width = 1] = x.shape
  const [, maps = 1, rows = 1, columns = 1] = shape
  const [kernelRows = 1, kernelColumns = 1] = window
  const [taps, pixels] = [kernelRows * kernelColumns, rows * columns]
  const perGroup = weights.shape[1] as number
  const { computed } = tensorTypes[x.type]
  const corner = (y: string, x: string, weight: string) =>
    `if (${y} >= 0 && ${y} < ${height} && ${x} >= 0 && ${x} < ${width}) value += ${weight} * LOAD0(plane + ${y} * ${width} + ${x});`
  const body = `
  const int column = i % ${columns}, row = i / ${columns} % ${rows};
  const int map = i / ${pixels} % ${maps}, image = i / ${pixels * maps};
  ${computed} sum = 0;
  for (int k = 0; k < ${perGroup}; k++) {
    const int channel = map / ${maps / groups} * ${perGroup} + k;
    const int plane = (image * ${channels} + channel) * ${height * width};
    const int group = image * ${offsetGroups} + channel / ${channels / offsetGroups};
    for (int tap = 0; tap < ${taps}; tap++) {
      const int at = ((group * ${taps} + tap) * 2 * ${rows} + row) * ${columns} + column;
      // What is further outside is as far: nothing of it is read. NaN is there, too.
      const ${computed} y = fmin(fmax(row * ${strides[0]} - ${pads[0]} + tap / ${kernelColumns} * ${dilations[0]} + LOAD2(at), (${computed})-1), (${computed})${height});
      const ${computed} x = fmin(fmax(column * ${strides[1]} - ${pads[1]} + tap % ${kernelColumns} * ${dilations[1]} + LOAD2(at + ${pixels}), (${computed})-1), (${computed})${width});
      const int top = (int)floor(y), left = (int)floor(x), bottom = top + 1, right = left + 1;
      const ${computed} down = y - top, along = x - left;
      ${computed} value = 0;
      ${corner("top", "left", "(1 - down) * (1 - along)")}
      ${corner("top", "right", "(1 - down) * along")}
      ${corner("bottom", "left", "down * (1 - along)")}
      ${corner("bottom", "right", "down * along")}
      ${mask === undefined ? "" : `value *= LOAD3(((group * ${taps} + tap) * ${rows} + row) * ${columns} + column);`}
      sum += value * LOAD1((map * ${perGroup} + k) * ${taps} + tap);
    }
  }
  STORE0(i, sum);`
  const [result] = builder.custom(inputs, [{ type: x.type, shape }], { body })
  return result as Tensor
}
