import sharp from "sharp"
import { boxesInMap } from "./boxes.js"
import { type Quad, scaled } from "./geometry.js"
import type { Network } from "./network.js"
import { detectorScale, toTensor } from "./normalise.js"
import type { Picture } from "./picture.js"

/** The detector halves its input five times. */
const multiple = 32
/** PaddleOCR limits the longer side to 960, which leaves too little of a long, thin till receipt: here it is the area. */
const mostPixels = 960 * 960
const longestSide = 2560

/** The size at which the detector sees a picture: never enlarged but to the next multiple of 32. */
export function detectorSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)), longestSide / Math.max(width, height))
  const side = (length: number) => Math.max(multiple, Math.round((length * scale) / multiple) * multiple)
  return { width: side(width), height: side(height) }
}

/** Where there is text: a box a line, in the picture's pixels, in no particular order. */
export async function detect(picture: Picture, network: Network, signal?: AbortSignal): Promise<Quad[]> {
  const size = detectorSize(picture.width, picture.height)
  const input = toTensor(await resized(picture, size.width, size.height), detectorScale)
  const map = await network(input, signal)
  return boxesInMap(map.data, size.width).map((box) =>
    scaled(box, picture.width / size.width, picture.height / size.height),
  )
}

async function resized(picture: Picture, width: number, height: number): Promise<Picture> {
  const raw = { width: picture.width, height: picture.height, channels: 3 as const }
  const data = await sharp(picture.data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer()
  return { width, height, data }
}
