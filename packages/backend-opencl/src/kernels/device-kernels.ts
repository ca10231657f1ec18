import type { KernelBody } from "../codegen/custom.js"
import type { ElementwiseOrder } from "../codegen/elementwise.js"
import type { LayerNorm, Reduce, Softmax } from "../graph/operation.js"
import type { ConvolutionShape } from "./convolution.js"
import type { ConvolutionMethod } from "./convolution-methods.js"
import { cpuKernels } from "./cpu-kernels.js"
import type { GemmShape } from "./gemm.js"
import type { SharedMethod } from "./gpu/convolution.js"
import { gpuKernels, hasRoomForGroups } from "./gpu/gpu-kernels.js"
import { nameOfTile } from "./gpu/group-tile.js"
import type { Epilogue, KernelCall, PackedWeights, WeightedKernels } from "./kernel-call.js"
import type { KernelDevice } from "./kernel-device.js"
import type { PoolShape } from "./pool.js"

/** One of the ways to compute a product. */
export interface ProductMethod {
  /** Among those of a product. */
  readonly name: string
  /** About the cycles that it takes, on all cores together. */
  readonly cycles: number
  /** Buffers: left, right, output. */
  make(epilogue: Epilogue): Product
}

export interface Product {
  readonly call: KernelCall
  /** The right-hand matrices as the kernel reads them. Without: as they lie. */
  readonly right?: PackedWeights
}

/** One of the ways to compute a convolution, of a kind of device. */
export type LayerMethod = ConvolutionMethod | SharedMethod

/** Among the methods of a convolution. */
export const nameOfMethod = (method: LayerMethod): string =>
  [method.family, method.family === "shared" ? nameOfTile(method.tile) : method.rows].join(" ")

type Layout = "blocked" | "plain"

/** How a layer's kernels read and finish it. */
export interface LayerSettings {
  /** The input's layout; plain is for the first layer, whose channels are few. */
  readonly input: Layout
  /** Whether there is one; it is packed with the weights. */
  readonly bias: boolean
  readonly epilogue: Epilogue
}

/** The kernels that are written for a kind of device: what is computed is the same. Images lie in blocks of channels. */
export interface DeviceKernels {
  readonly elementwise: ElementwiseOrder

  /** Whether products have their right-hand matrices packed; else they read them as they lie, floats or halves. */
  readonly packsProducts: boolean
  /** All ways to compute a product, the soonest first, by estimate. */
  productMethods(shape: GemmShape): readonly ProductMethod[]
  /** A product of a few rows, whose right-hand matrix is read as it lies; undefined: another way. Buffers as of others. */
  thinProduct(shape: GemmShape, epilogue: Epilogue): KernelCall | undefined

  /** All ways to compute a convolution into the blocked layout, the soonest first, by estimate. */
  convolutionMethods(shape: ConvolutionShape, input: Layout): readonly LayerMethod[]
  /** Buffers: input, weights (packed), output, and scratch. */
  convolution(shape: ConvolutionShape, method: LayerMethod, settings: LayerSettings): WeightedKernels
  /** From the blocked layout, see kernels/transposed-convolution.ts. Buffers: input, weights (packed), output. */
  transposedConvolution(shape: ConvolutionShape, settings: Omit<LayerSettings, "input">): WeightedKernels
  readonly transposedToPlain?: TransposedToPlain

  /** Buffers: input, output. */
  pool(
    shape: PoolShape,
    settings: { readonly kind: "largest" | "mean" | "meanWithPadding"; readonly epilogue: Epilogue },
  ): KernelCall
  globalMean(images: FlatImages, epilogue: Epilogue): KernelCall
  /** What an epilogue makes of nothing but its own operands. Buffers: output. */
  blockedElementwise(images: FlatImages, epilogue: Epilogue): KernelCall
  /** Copies images of `channels` to where channel `begin` is of images of more. Buffers: input, output. */
  copyChannels(images: FlatImages & { readonly begin: number; readonly of: number }): KernelCall
  /** Channels of one image in another order. Buffers: input, order (which channel each is), output. */
  orderChannels(channels: number, pixels: number): KernelCall
  /** From [batch][channels][pixels] to the blocked layout. Buffers: input, output. */
  toBlocked(images: FlatImages): KernelCall
  /** The other way round. */
  toPlain(images: FlatImages): KernelCall

  /** Of contiguous tensors. */
  softmax(operation: Softmax): KernelBody
  layerNorm(operation: LayerNorm): KernelBody
  reduce(operation: Reduce): KernelBody
}

/** Kernels of transposed convolutions whose result is row-major. Buffers: input (in blocks), weights (packed), output. */
export interface TransposedToPlain {
  readonly fits: (shape: ConvolutionShape) => boolean
  readonly make: (shape: ConvolutionShape, settings: Omit<LayerSettings, "input">) => WeightedKernels
}

/** Images whose pixels are counted as one row. */
export interface FlatImages {
  readonly batch: number
  readonly channels: number
  readonly pixels: number
}

const made = new WeakMap<KernelDevice, DeviceKernels>()

/** A GPU that has no room for groups of items has the kernels of which each is by itself, as a CPU has. */
export function kernelsFor(device: KernelDevice): DeviceKernels {
  const known = made.get(device)
  if (known !== undefined) return known
  const kernels = device.kind === "gpu" && hasRoomForGroups(device) ? gpuKernels(device) : cpuKernels(device)
  made.set(device, kernels)
  return kernels
}
