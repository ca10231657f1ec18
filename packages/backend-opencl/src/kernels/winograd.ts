import type { ConvolutionShape } from "./convolution.js"

/**
 * Whether a convolution is of the kind that Winograd's minimal filtering F(4x4, 3x3) is for: 3x3 kernels and strides of 1
 * (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015). 36 multiplications for 4x4 results take the
 * place of 144; its rounding errors are some ten times those of a sum.
 *
 * Images are cut into tiles of 6x6 that overlap by two. They are transformed; each of their 36 places is multiplied with
 * the weights of that place; and the products are transformed back. How weights are packed doesn't depend on sizes.
 */
export const isWinograd = ({ kernel, strides, dilations, groups, depth }: ConvolutionShape): boolean =>
  depth === undefined &&
  groups === 1 &&
  kernel.every((one) => one === 3) &&
  [...strides, ...dilations].every((one) => one === 1)
