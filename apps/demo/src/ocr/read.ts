import { detect } from "./detect.js"
import { clipped, halfTurned, type Quad } from "./geometry.js"
import { alongText } from "./line-picture.js"
import type { Network } from "./network.js"
import { seemsUpsideDown } from "./orient.js"
import type { Picture } from "./picture.js"
import { inReadingOrder } from "./reading-order.js"
import { recognise } from "./recognise.js"

/** One line of text in a picture. */
export interface Line {
  readonly text: string
  /** From 0 to 1, to four decimals. */
  readonly confidence: number
  /** Its corners, in whole pixels of the picture, as the text reads: top left, top right, bottom right, bottom left. */
  readonly box: Quad
}

/** What it takes to read: the three networks of PP-OCRv4 and the characters that the recogniser knows. */
export interface Networks {
  readonly detector: Network
  readonly classifier: Network
  readonly recogniser: Network
  readonly alphabet: readonly string[]
}

/** PaddleOCR's drop_score: what the recogniser is less sure of is mostly not text. */
const leastConfidence = 0.5

/**
 * How much surer the recogniser must be of a line upside down. The classifier errs on short words, some of which read
 * as well either way up ("pudup", "dnpnd"); of text that really is upside down it is hardly ever sure.
 */
const surer = 0.1

/**
 * Finds the lines of text in a picture and reads them, in reading order: PP-OCRv4's pipeline, after
 * tools/infer/predict_system.py in PaddleOCR.
 */
export async function read(picture: Picture, networks: Networks, signal?: AbortSignal): Promise<Line[]> {
  const lines: Line[] = []
  for (const found of await detect(picture, networks.detector, signal)) {
    const line = await readLine(picture, alongText(found), networks, signal)
    if (line.text.trim() !== "" && line.confidence >= leastConfidence) lines.push(line)
  }
  return inReadingOrder(lines).map(({ text, confidence, box }) => ({
    text,
    confidence: Number(confidence.toFixed(4)),
    box: clipped(box, picture.width, picture.height),
  }))
}

async function readLine(picture: Picture, box: Quad, networks: Networks, signal?: AbortSignal): Promise<Line> {
  const { classifier, recogniser, alphabet } = networks
  const upright = { box, ...(await recognise(picture, box, recogniser, alphabet, signal)) }
  // Nothing could be so much surer.
  if (upright.confidence + surer >= 1) return upright
  if (!(await seemsUpsideDown(picture, box, classifier, signal))) return upright
  const turnedBox = halfTurned(box)
  const turned = { box: turnedBox, ...(await recognise(picture, turnedBox, recogniser, alphabet, signal)) }
  return turned.confidence > upright.confidence + surer ? turned : upright
}
