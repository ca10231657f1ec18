import type { ConvolutionShape } from "../convolution.js"
import type { DeviceKernels, LayerMethod, LayerSettings } from "../device-kernels.js"
import type { WeightedKernels } from "../kernel-call.js"
import type { KernelDevice } from "../kernel-device.js"
import { blockedElementwise, copyChannels, orderChannels } from "./blocked.js"
import { convolutionTiles, sharedConvolution } from "./convolution.js"
import { depthwise } from "./depthwise.js"
import { type EstimatedGroupTile, least, nameOfTile } from "./group-tile.js"
import { toBlocked, toPlain } from "./layout.js"
import { globalMean, pool } from "./pool.js"
import { productTiles, sharedProduct } from "./product.js"
import { groupReduce } from "./reduce.js"
import { layerNormRows, softmaxRows } from "./rows.js"
import { thinProduct } from "./thin-product.js"

/** Whether a device can run these kernels: all GPUs of computers can. */
export const hasRoomForGroups = ({ largestGroup, localMemory }: KernelDevice): boolean =>
  largestGroup >= least.items && localMemory >= least.localMemory

/** Kernels whose items are many, in groups that share local memory, and read side by side what lies side by side. */
export function gpuKernels(device: KernelDevice): DeviceKernels {
  return {
    elementwise: "elements",
    packsProducts: false,
    productMethods: (shape) =>
      productTiles(device, shape).map(({ tile, cycles }) => ({
        name: nameOfTile(tile),
        cycles,
        make: (epilogue) => ({ call: sharedProduct(shape, tile, epilogue) }),
      })),
    thinProduct,
    convolutionMethods: (shape, input) =>
      isDepthwise(shape) && input === "blocked"
        ? [{ family: "depthwise", cycles: 0 }]
        : convolutionTiles(device, shape, input).map(({ tile, cycles }) => ({ family: "shared", tile, cycles })),
    convolution: (shape, method, settings) => convolution(device, shape, method, settings),
    transposedConvolution(shape, settings) {
      const [{ tile }] = convolutionTiles(device, shape, "blocked") as [EstimatedGroupTile]
      return sharedConvolution(shape, tile, { ...settings, input: "blocked", isTransposed: true })
    },
    pool: (shape, settings) => pool(device, shape, settings),
    globalMean,
    blockedElementwise: (images, epilogue) => blockedElementwise(device, images, epilogue),
    copyChannels: (images) => copyChannels(device, images),
    orderChannels: (channels, pixels) => orderChannels(device, channels, pixels),
    toBlocked,
    toPlain,
    softmax: (operation) => softmaxRows(device, operation),
    layerNorm: (operation) => layerNormRows(device, operation),
    reduce: (operation) => groupReduce(device, operation),
  }
}

const isDepthwise = ({ groups, channels, outputChannels }: ConvolutionShape) =>
  groups > 1 && groups === channels && groups === outputChannels

function convolution(
  device: KernelDevice,
  shape: ConvolutionShape,
  method: LayerMethod,
  settings: LayerSettings,
): WeightedKernels {
  if (method.family === "depthwise") return depthwise(device, shape, settings)
  if (method.family === "shared") return sharedConvolution(shape, method.tile, { ...settings, isTransposed: false })
  throw new Error(`${method.family} isn't a method of GPUs.`)
}
