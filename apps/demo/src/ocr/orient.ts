import type { Quad } from "./geometry.js"
import { linePicture } from "./line-picture.js"
import type { Network } from "./network.js"
import { lineScale, toTensor } from "./normalise.js"
import type { Picture } from "./picture.js"

/** The classifier was trained on lines of 48 x 192. */
const width = 192
/** PaddleOCR's cls_thresh: below it the line is taken as upright. */
const threshold = 0.9

/** Whether the line seems to stand upside down. */
export async function seemsUpsideDown(picture: Picture, quad: Quad, network: Network, signal?: AbortSignal) {
  const line = linePicture(picture, quad, width)
  const [, upsideDown = 0] = (await network(toTensor(line, lineScale, width), signal)).data
  return upsideDown > threshold
}
