import { type ConvolutionShape, outputPixelsOf, pixelsOf } from "../kernels/convolution.js"
import { isTransformed } from "../kernels/convolution-methods.js"
import { kernelsFor, type LayerMethod, nameOfMethod } from "../kernels/device-kernels.js"
import { noEpilogue } from "../kernels/kernel-call.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { blockedByteLength } from "../kernels/layout.js"
import { closest, soonest, type Trial, type Tuning } from "./tuning.js"

type Layout = "blocked" | "plain"

/** The method by which a convolution is computed, and whether it is worth its memory where that is more. */
export interface ConvolutionChoice {
  /** The soonest of those with weights as large as the model's. */
  readonly compact: LayerMethod
  /** The soonest of those with larger ones, if that is sooner yet. */
  readonly transformed: LayerMethod | undefined
}

/** Asks `tuning`; what weights are packed for is the same in all sizes of an image, by each family of methods. */
export function chooseConvolution(
  tuning: Tuning,
  device: KernelDevice,
  shape: ConvolutionShape,
  input: Layout,
): ConvolutionChoice {
  const all = kernelsFor(device).convolutionMethods(shape, input)
  const transformed = all.filter(isTransformed)
  const compact = all.filter((method) => !isTransformed(method))
  // Whichever is chosen, the budget for memory may leave only the other.
  const isClose = closest(all).some(isTransformed)
  const methods = isClose ? [...closest(compact, 2), ...closest(transformed, 2)] : closest(compact)
  const costs = tuning({
    key: JSON.stringify(["convolution", input, ...Object.values(shape).flat()]),
    candidates: methods.map((method) => ({
      name: nameOfMethod(method),
      estimate: method.cycles,
      trial: () => trialOf(device, shape, method, input),
    })),
  })
  const best = (kind: readonly LayerMethod[]) => {
    const own = kind.filter((method) => methods.includes(method))
    const times = own.map((method) => costs[methods.indexOf(method)] as number)
    const index = soonest(times)
    return { method: own[index] as LayerMethod, cost: times[index] as number }
  }
  const first = best(compact)
  const second = isClose ? best(transformed) : undefined
  return { compact: first.method, transformed: second && second.cost < first.cost ? second.method : undefined }
}

/** What follows a convolution costs its methods the same: kernels for many layers are measured as one. */
function trialOf(device: KernelDevice, shape: ConvolutionShape, method: LayerMethod, input: Layout): Trial {
  const { batch, channels, outputChannels } = shape
  const pixels = pixelsOf(shape)
  const layer = kernelsFor(device).convolution(shape, method, { input, bias: true, epilogue: noEpilogue })
  return {
    calls: layer.calls,
    byteLengths: {
      input: input === "plain" ? batch * channels * pixels * 4 : blockedByteLength(batch, channels, pixels, 1),
      weights: layer.weights.byteLength,
      ...layer.scratch,
      output: blockedByteLength(batch, outputChannels, outputPixelsOf(shape), 1),
    },
  }
}
