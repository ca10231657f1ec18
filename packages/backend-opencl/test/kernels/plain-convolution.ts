import type { ConvolutionShape } from "../../src/kernels/convolution.js"

/** A convolution as ONNX defines it, in double precision and the plain layout. */
export function plainConvolution(
  { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads, groups }: ConvolutionShape,
  { input, weights, bias }: { input: Float32Array; weights: Float32Array; bias: Float32Array | undefined },
): Float32Array {
  const output = new Float32Array(batch * outputChannels * outputSize[0] * outputSize[1])
  const groupChannels = channels / groups
  let element = 0
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < outputChannels; channel += 1)
      for (let y = 0; y < outputSize[0]; y += 1)
        for (let x = 0; x < outputSize[1]; x += 1) {
          let sum = bias?.[channel] ?? 0
          const first = Math.floor(channel / (outputChannels / groups)) * groupChannels
          for (let one = 0; one < groupChannels; one += 1)
            for (let kernelRow = 0; kernelRow < kernel[0]; kernelRow += 1)
              for (let kernelColumn = 0; kernelColumn < kernel[1]; kernelColumn += 1) {
                const row = y * strides[0] - pads[0] + kernelRow * dilations[0]
                const column = x * strides[1] - pads[1] + kernelColumn * dilations[1]
                if (row < 0 || row >= size[0] || column < 0 || column >= size[1]) continue
                const place = ((image * channels + first + one) * size[0] + row) * size[1] + column
                const weight = ((channel * groupChannels + one) * kernel[0] + kernelRow) * kernel[1] + kernelColumn
                sum += (input[place] as number) * (weights[weight] as number)
              }
          output[element] = sum
          element += 1
        }
  return output
}
