import type { FloatTensor } from "./network.js"
import type { Picture } from "./picture.js"

/** What is subtracted from, and then divides, each channel's value between 0 and 1. */
export interface Scale {
  readonly mean: readonly [number, number, number]
  readonly deviation: readonly [number, number, number]
}

/** ImageNet's, as PP-OCR's detector was trained with: in the order red, green, blue, but applied to blue, green, red. */
export const detectorScale: Scale = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] }

/** From -1 to 1: the classifier's and the recogniser's. */
export const lineScale: Scale = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] }

/**
 * A picture as the networks take it: shape [1, 3, height, width], channels blue, green, red as OpenCV reads them, and
 * zeros to the right of it up to `paddedWidth`.
 */
export function toTensor(picture: Picture, scale: Scale, paddedWidth = picture.width): FloatTensor {
  const { width, height, data } = picture
  const values = new Float32Array(3 * height * paddedWidth)
  for (let channel = 0; channel < 3; channel++) {
    const mean = scale.mean[channel] as number
    const deviation = scale.deviation[channel] as number
    for (let y = 0; y < height; y++) {
      const row = (channel * height + y) * paddedWidth
      for (let x = 0; x < width; x++) {
        const value = data[(y * width + x) * 3 + 2 - channel] as number
        values[row + x] = (value / 255 - mean) / deviation
      }
    }
  }
  return { shape: [1, 3, height, paddedWidth], data: values }
}
