import { areaOf, type ConvolutionShape, outputPixelsOf } from "../../src/kernels/convolution.js"
import type { Depth } from "../../src/kernels/depth.js"

/** Of images of two dimensions: one slice. */
const flat: Depth = { size: 1, outputSize: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 }

/** A convolution as ONNX defines it, in double precision and the plain layout. */
export function plainConvolution(
  shape: ConvolutionShape,
  { input, weights, bias }: { input: Float32Array; weights: Float32Array; bias: Float32Array | undefined },
): Float32Array {
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads, groups } = shape
  const { depth = flat } = shape
  const [height, width] = size
  const output = new Float32Array(batch * outputChannels * outputPixelsOf(shape))
  const [groupChannels, area] = [channels / groups, areaOf(shape)]
  let element = 0
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < outputChannels; channel += 1) {
      const first = image * channels + Math.floor(channel / (outputChannels / groups)) * groupChannels
      for (let z = 0; z < depth.outputSize; z += 1)
        for (let y = 0; y < outputSize[0]; y += 1)
          for (let x = 0; x < outputSize[1]; x += 1) {
            let sum = bias?.[channel] ?? 0
            for (let one = 0; one < groupChannels; one += 1)
              for (let kernelSlice = 0; kernelSlice < depth.kernel; kernelSlice += 1) {
                const slice = z * depth.stride - depth.pad + kernelSlice * depth.dilation
                if (slice < 0 || slice >= depth.size) continue
                for (let kernelRow = 0; kernelRow < kernel[0]; kernelRow += 1) {
                  const row = y * strides[0] - pads[0] + kernelRow * dilations[0]
                  if (row < 0 || row >= height) continue
                  const line = (((first + one) * depth.size + slice) * height + row) * width
                  const place =
                    (channel * groupChannels + one) * area + (kernelSlice * kernel[0] + kernelRow) * kernel[1]
                  for (let kernelColumn = 0; kernelColumn < kernel[1]; kernelColumn += 1) {
                    const column = x * strides[1] - pads[1] + kernelColumn * dilations[1]
                    if (column < 0 || column >= width) continue
                    sum += (input[line + column] as number) * (weights[place + kernelColumn] as number)
                  }
                }
              }
            output[element] = sum
            element += 1
          }
    }
  return output
}
