import { decode, type Reading } from "./ctc.js"
import type { Quad } from "./geometry.js"
import { linePicture } from "./line-picture.js"
import type { Network } from "./network.js"
import { lineScale, toTensor } from "./normalise.js"
import type { Picture } from "./picture.js"
import { withWesternPunctuation } from "./punctuation.js"

/** Trained on 48 x 320: shorter lines are padded to that. */
const leastWidth = 320
/** Longer lines are squeezed; the output grows with the width, 27 kB for every 8 pixels. */
const mostWidth = 3200
/** The network's steps are 8 pixels apart. */
const step = 8

/** Reads one line. Lines go through one by one, so that no line's result depends on its neighbours. */
export async function recognise(
  picture: Picture,
  quad: Quad,
  network: Network,
  alphabet: readonly string[],
  signal?: AbortSignal,
): Promise<Reading> {
  const line = linePicture(picture, quad, mostWidth)
  const paddedWidth = Math.max(leastWidth, Math.ceil(line.width / step) * step)
  const { shape, data } = await network(toTensor(line, lineScale, paddedWidth), signal)
  if (shape.at(-1) !== alphabet.length) {
    throw new RangeError(
      `The alphabet has ${alphabet.length} characters, but the recogniser tells ${shape.at(-1)} apart.`,
    )
  }
  const { text, confidence } = decode(data, alphabet)
  return { text: withWesternPunctuation(text), confidence }
}
