import { uniform } from "./random.js"

const seed = 7

/** What a network is run with: a picture where it has four axes, else noise. */
export function floatInput(shape: readonly number[]): Float32Array {
  if (shape.length === 4) return strokes(shape as readonly [number, number, number, number])
  return uniform(elements(shape), -1, 1, seed)
}

/** Numbers of words, from BERT's. */
export function wordInput(shape: readonly number[]): BigInt64Array {
  return BigInt64Array.from(uniform(elements(shape), 0, 30_000, seed), (word) => BigInt(Math.floor(word)))
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

/** Sizes in pixels: of a stroke, and of a line and a word and what is between them. */
const stroke = 4
const line = { height: 24, step: 40 }
const word = { width: 128, step: 160 }

/**
 * Dark strokes on white, in lines and words, in all channels alike. In noise a detector finds no text, and gives nothing
 * but what rounding leaves.
 */
function strokes([batch, channels, height, width]: readonly [number, number, number, number]): Float32Array {
  const perRow = Math.ceil(width / stroke)
  const dark = uniform(perRow * Math.ceil(height / stroke), -1, 1, seed)
  const plane = Float32Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width]
    if (y % line.step >= line.height || x % word.step >= word.width) return 1
    return (dark[Math.floor(y / stroke) * perRow + Math.floor(x / stroke)] as number) < 0 ? -1 : 1
  })
  const picture = new Float32Array(batch * channels * plane.length)
  for (let offset = 0; offset < picture.length; offset += plane.length) picture.set(plane, offset)
  return picture
}
