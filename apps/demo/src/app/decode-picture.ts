import sharp from "sharp"
import type { Picture } from "../ocr/picture.js"

/** Above this a picture is refused before it is decoded: 120 MB at three bytes a pixel. */
export const mostPixels = 40_000_000

const formats: readonly string[] = ["jpeg", "png", "webp", "gif", "tiff", "heif", "avif"]

/** Bytes that aren't a picture that can be read here, and why. */
export class PictureError extends Error {
  readonly code: "not-a-picture" | "picture-damaged" | "picture-too-large"

  constructor(code: PictureError["code"], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "PictureError"
    this.code = code
  }
}

/**
 * Decodes a picture file: upright by its EXIF orientation, the first page or frame, on white where it is transparent.
 *
 * @throws PictureError
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const image = sharp(bytes, { failOn: "error", limitInputPixels: mostPixels })
  const { format, width, height } = await image.metadata().catch((cause) => {
    throw refusal(cause, "not-a-picture", "The bytes aren't a picture: send a PNG, JPEG, WebP, GIF, TIFF or AVIF file.")
  })
  if (!formats.includes(format)) {
    throw new PictureError("not-a-picture", `Pictures in ${format} aren't read here: send a PNG, JPEG or WebP file.`)
  }
  if (width * height > mostPixels) {
    throw new PictureError(
      "picture-too-large",
      `The picture has ${width} x ${height} pixels; at most ${mostPixels / 1e6} million are read.`,
    )
  }
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw refusal(cause, "picture-damaged", "The picture is damaged or cut short: send the whole file.")
    })
  return { width: info.width, height: info.height, data }
}

function refusal(cause: unknown, code: PictureError["code"], message: string): PictureError {
  if (cause instanceof Error && cause.message.includes("pixel limit")) {
    const limit = `The picture has more pixels than are read: at most ${mostPixels / 1e6} million.`
    return new PictureError("picture-too-large", limit, { cause })
  }
  return new PictureError(code, message, { cause })
}
