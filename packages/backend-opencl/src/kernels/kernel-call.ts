import type { KernelCall } from "../launch.js"

export type { KernelCall }

/** What a kernel does to its results before it stores them. */
export interface Epilogue {
  /** Kernel parameters to append, such as `, __global const float *restrict e0`; empty for none. */
  readonly parameters: string
  /**
   * Statements that change the variable `value`, a vector of `width` floats, or one float where `width` is 1.
   *
   * What it reads must not be the output's memory: where tiles don't divide an image, some results are computed twice.
   */
  readonly apply: (value: string, at: EpiloguePlace) => string
}

export interface EpiloguePlace {
  /** Whether a vector's floats are consecutive channels (or columns), or pixels of one channel. */
  readonly lanes: "channels" | "pixels"
  /** A C expression: the first of the vector's channels, or columns. */
  readonly channel: string
  /** A C expression: where the vector is in the output, in floats. */
  readonly element: string
  readonly width: number
  /** C expressions, where a kernel has them: the pixel within its image and among all images', and `[image, channel]`. */
  readonly ofImage?: { readonly pixel: string; readonly imagePixel: string; readonly imageChannel: string }
}

/** Weights as a family of kernels reads them: made once, on the device, from what the model holds. */
export interface PackedWeights {
  readonly byteLength: number
  readonly pack: KernelCall
}

export const noEpilogue: Epilogue = { parameters: "", apply: () => "" }

/** A layer: its kernels, one after the other. */
export interface WeightedKernels {
  readonly calls: readonly KernelCall[]
  readonly weights: PackedWeights
  /** Bytes of buffers that hold what one of the kernels leaves to another, by name; none outlives the layer. */
  readonly scratch: Readonly<Record<string, number>>
}
