import { decode, type Reading } from "./ctc.js"
import type { Quad } from "./geometry.js"
import { linePicture } from "./line-picture.js"
import type { Network } from "./network.js"
import { lineScale, toTensor } from "./normalise.js"
import type { Picture } from "./picture.js"
import { withWesternPunctuation } from "./punctuation.js"

/**
 * Widths that lines are padded to, multiples of the network's steps of 8 pixels. It was trained on 320. Each is about a
 * third wider than the one before, so that they are few: engines get ready for each, and some compile. Lines longer than
 * the last are squeezed; the output grows with the width, 27 kB for every step.
 */
const widths = [320, 416, 544, 704, 920, 1200, 1560, 2024, 2632, 3200] as const
const mostWidth = 3200

/** Reads one line. Lines go through one by one, so that no line's result depends on its neighbours. */
export async function recognise(
  picture: Picture,
  quad: Quad,
  network: Network,
  alphabet: readonly string[],
  signal?: AbortSignal,
): Promise<Reading> {
  const line = linePicture(picture, quad, mostWidth)
  const paddedWidth = widths.find((width) => width >= line.width) ?? mostWidth
  const { shape, data } = await network(toTensor(line, lineScale, paddedWidth), signal)
  if (shape.at(-1) !== alphabet.length) {
    throw new RangeError(
      `The alphabet has ${alphabet.length} characters, but the recogniser tells ${shape.at(-1)} apart.`,
    )
  }
  const { text, confidence } = decode(data, alphabet)
  return { text: withWesternPunctuation(text), confidence }
}
