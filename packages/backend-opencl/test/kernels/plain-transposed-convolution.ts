import type { plainConvolution } from "./plain-convolution.js"

/** A transposed convolution as ONNX defines it, in the plain layout. */
export const plainTransposedConvolution: typeof plainConvolution = (shape, { input, weights, bias }) => {
  const { batch, channels, size, outputChannels, outputSize, kernel, strides, dilations, pads, groups } = shape
  const pixels = outputSize[0] * outputSize[1]
  const sums = Float64Array.from({ length: batch * outputChannels * pixels }, (_, index) => {
    return bias?.[Math.floor(index / pixels) % outputChannels] ?? 0
  })
  const ofGroup = outputChannels / groups
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < channels; channel += 1)
      for (let y = 0; y < size[0]; y += 1)
        for (let x = 0; x < size[1]; x += 1)
          for (let one = 0; one < ofGroup; one += 1)
            for (let kernelRow = 0; kernelRow < kernel[0]; kernelRow += 1)
              for (let kernelColumn = 0; kernelColumn < kernel[1]; kernelColumn += 1) {
                const row = y * strides[0] - pads[0] + kernelRow * dilations[0]
                const column = x * strides[1] - pads[1] + kernelColumn * dilations[1]
                if (row < 0 || row >= outputSize[0] || column < 0 || column >= outputSize[1]) continue
                const pixel = input[((image * channels + channel) * size[0] + y) * size[1] + x] as number
                const weight = weights[((channel * ofGroup + one) * kernel[0] + kernelRow) * kernel[1] + kernelColumn]
                const outputChannel = Math.floor(channel / (channels / groups)) * ofGroup + one
                const element = (image * outputChannels + outputChannel) * pixels + row * outputSize[1] + column
                sums[element] = (sums[element] as number) + pixel * (weight as number)
              }
  return Float32Array.from(sums)
}
