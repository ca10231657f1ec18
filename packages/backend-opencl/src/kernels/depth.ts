/** What kernels of images of slices have more than others: the kernel's slices, gone through around its rows. */

/** The third dimension of images that have one, before height and width. */
export interface Depth {
  readonly size: number
  readonly outputSize: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  /** In front; what is missing behind follows from the output's size. */
  readonly pad: number
}

/** What of it is compiled into a kernel; sizes are arguments. */
export type DepthKind = Pick<Depth, "kernel" | "stride" | "dilation">

/** Kernel parameters to append; none for images of two dimensions. */
export const depthParameters = (depth: DepthKind | undefined): string =>
  depth ? ", const int deep, const int outputDepth, const int front" : ""

/** Their arguments. */
export const depthIntegers = (depth: Depth | undefined): readonly number[] =>
  depth ? [depth.size, depth.outputSize, depth.pad] : []

/**
 * Begins a loop over the kernel's slices for slice `z` of the result, which knows `slice`, that of the input. Who writes it
 * closes its brace.
 *
 * @param outside statements for a slice that isn't there
 */
export const eachSlice = ({ kernel, stride, dilation }: DepthKind, outside = "continue;"): string =>
  `for (int kernelSlice = 0; kernelSlice < ${kernel}; kernelSlice++) {
      const int slice = z * ${stride} - front + kernelSlice * ${dilation};
      if (slice < 0 || slice >= deep) { ${outside} }`
