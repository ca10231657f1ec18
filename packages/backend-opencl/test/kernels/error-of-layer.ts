import { areaOf, type ConvolutionShape, outputPixelsOf, pixelsOf } from "../../src/kernels/convolution.js"
import type { WeightedKernels } from "../../src/kernels/kernel-call.js"
import { blockedByteLength, toBlocked, toPlain } from "../../src/kernels/layout.js"
import { type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { plainConvolution } from "./plain-convolution.js"

/**
 * How far a layer's result is from the plain one's, beside the largest of those.
 *
 * @param reference the plain one, from memory in the plain layout to such memory
 * @param after what the layer's epilogue does
 */
export async function errorOfLayer(
  runner: KernelRunner,
  shape: ConvolutionShape,
  layer: WeightedKernels,
  {
    input = "blocked",
    output = "blocked",
    bias: hasBias = true,
    reference = plainConvolution,
    after = (value: number) => value,
  }: {
    input?: "blocked" | "plain"
    output?: "blocked" | "plain"
    bias?: boolean
    reference?: typeof plainConvolution
    after?: (value: number, channel: number) => number
  } = {},
): Promise<number> {
  const { batch, channels, outputChannels, groups } = shape
  const [pixels, outputPixels] = [pixelsOf(shape), outputPixelsOf(shape)]
  const image = randomFloats(batch * channels * pixels, 2)
  const weights = randomFloats((outputChannels * channels * areaOf(shape)) / groups, 3)
  const bias = hasBias ? randomFloats(outputChannels, 4) : undefined
  runner.set("image", image)
  runner.set("blocked", blockedByteLength(batch, channels, pixels, 1) / 4)
  runner.run(toBlocked(batch, channels, pixels), { input: "image", output: "blocked" })
  runner.set("plain weights", weights)
  if (bias) runner.set("bias", bias)
  runner.set("weights", layer.weights.byteLength / 4)
  runner.run(layer.weights.pack, { input: "plain weights", output: "weights" })
  for (const [name, byteLength] of Object.entries(layer.scratch)) runner.set(name, byteLength / 4)
  runner.set("output", batch * outputChannels * outputPixels)
  runner.set("blocked output", blockedByteLength(batch, outputChannels, outputPixels, 1) / 4)
  const names = {
    input: input === "blocked" ? "blocked" : "image",
    output: output === "blocked" ? "blocked output" : "output",
  }
  for (const call of layer.calls) runner.run(call, names)
  if (output === "blocked") {
    runner.run(toPlain(batch, outputChannels, outputPixels), { input: "blocked output", output: "output" })
  }
  const expected = reference(shape, { input: image, weights, bias }).map((value, index) =>
    after(value, Math.floor(index / outputPixels) % outputChannels),
  )
  return relativeError(await runner.read("output"), expected)
}
