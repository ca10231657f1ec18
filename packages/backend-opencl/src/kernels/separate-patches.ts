import type { ConvolutionShape } from "./convolution.js"

/** Whether each pixel that a transposed convolution reads makes a patch of its own, and patches lie side by side. */
export const makesSeparatePatches = ({
  size,
  outputSize,
  kernel,
  strides,
  dilations,
  pads,
}: ConvolutionShape): boolean =>
  ([0, 1] as const).every(
    (axis) =>
      kernel[axis] === strides[axis] &&
      (dilations[axis] === 1 || kernel[axis] === 1) &&
      pads[axis] === 0 &&
      outputSize[axis] === size[axis] * strides[axis],
  )
