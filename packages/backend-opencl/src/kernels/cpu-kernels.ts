import { blockedElementwise, copyChannels, orderChannels } from "./blocked.js"
import { convolutionMethods } from "./convolution-methods.js"
import type { DeviceKernels } from "./device-kernels.js"
import { gemm, gemmTiles } from "./gemm.js"
import { imageConvolution } from "./image-convolution.js"
import type { KernelDevice } from "./kernel-device.js"
import { toBlocked, toPlain } from "./layout.js"
import { plainReduce } from "./plain.js"
import { globalMean, pool } from "./pool.js"
import { layerNormRows, softmaxRows } from "./rows.js"
import { thinProduct } from "./thin-product.js"
import { transposedConvolution } from "./transposed-convolution.js"
import { fitsTransposedToPlain, transposedToPlain } from "./transposed-to-plain.js"

/** Kernels whose items are a core's each, with vectors and caches. */
export const cpuKernels = (device: KernelDevice): DeviceKernels => ({
  elementwise: "chunks",
  packsProducts: true,
  productMethods: (shape) =>
    gemmTiles(device, shape).map(({ tile, cycles }) => ({
      name: String(tile.rows),
      cycles,
      make: (epilogue) => gemm(device, shape, epilogue, tile.rows),
    })),
  thinProduct: (shape, epilogue) => thinProduct(device, shape, epilogue),
  convolutionMethods: (shape, input) => convolutionMethods(device, shape, input),
  convolution(shape, method, settings) {
    if (method.family === "shared") throw new Error("A CPU's kernels share no memory.")
    return imageConvolution(device, shape, method, settings)
  },
  transposedConvolution: (shape, settings) => transposedConvolution(device, shape, settings),
  transposedToPlain: {
    fits: fitsTransposedToPlain,
    make: (shape, settings) => transposedToPlain(device, shape, settings),
  },
  pool: (shape, settings) => pool(device, shape, settings),
  globalMean: (images, epilogue) => globalMean(device, images, epilogue),
  blockedElementwise: ({ batch, channels, pixels }, epilogue) => blockedElementwise(batch, channels, pixels, epilogue),
  copyChannels,
  orderChannels,
  toBlocked: ({ batch, channels, pixels }) => toBlocked(batch, channels, pixels),
  toPlain: ({ batch, channels, pixels }) => toPlain(batch, channels, pixels),
  softmax: softmaxRows,
  layerNorm: layerNormRows,
  reduce: plainReduce,
})
