import type { Epilogue } from "../kernel-call.js"
import { blockSize, blocksOf } from "../layout.js"
import type { PoolShape } from "../pool.js"

/** What kernels share of which an item computes four channels of a pixel, in the blocked layout. */

/** Numbers that they know by their names. */
export const pixelSizes = ({ size, outputSize, channels, pads }: PoolShape): Readonly<Record<string, number>> => ({
  height: size[0],
  width: size[1],
  outputHeight: outputSize[0],
  outputWidth: outputSize[1],
  blocks: blocksOf(channels),
  top: pads[0],
  left: pads[1],
})

/** Finds the item's pixel, `x` and `y`, of a block of channels, `plane`, and its channels in it, from `lane` on. */
export const findPixel = `const int lane = item % ${blockSize / 4} * 4, pixel = item / ${blockSize / 4};
  const int x = pixel % outputWidth, y = pixel / outputWidth % outputHeight, plane = pixel / outputWidth / outputHeight;`

/** The same for images of slices, `outputDepth` each, of which it is in slice `z`. */
export const findPixelOfVolume = `const int lane = item % ${blockSize / 4} * 4, pixel = item / ${blockSize / 4};
  const int x = pixel % outputWidth, y = pixel / outputWidth % outputHeight;
  const int z = pixel / outputWidth / outputHeight % outputDepth, plane = pixel / outputWidth / outputHeight / outputDepth;`

/** Stores `value`, which items have behind one another. */
export const storePixel = (epilogue: Epilogue): string => `const int channel = plane % blocks * ${blockSize} + lane;
  const size_t element = (size_t)item * 4;
  ${epilogue.apply("value", { lanes: "channels", channel: "channel", element: "element", width: 4 })}
  *(__global float4 *)(output + element) = value;`
