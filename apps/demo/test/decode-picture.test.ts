import { readFile } from "node:fs/promises"
import sharp from "sharp"
import { describe, expect, it } from "vitest"
import { decodePicture, PictureError } from "../src/app/decode-picture.js"

/** Left half red, right half blue. */
const halves = sharp({ create: { width: 40, height: 20, channels: 3, background: "red" } }).composite([
  { input: { create: { width: 20, height: 20, channels: 3, background: "blue" } }, left: 20, top: 0 },
])

async function refused(bytes: Uint8Array): Promise<string> {
  const error = await decodePicture(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof PictureError)) throw new Error(`Expected a PictureError, got ${error}`)
  return error.code
}

describe("decodePicture", () => {
  it.each(["png", "jpeg", "webp", "tiff", "gif", "avif"] as const)("reads %s as red, green, blue", async (format) => {
    const { width, height, data } = await decodePicture(
      await halves.clone().toFormat(format, { quality: 100 }).toBuffer(),
    )
    expect([width, height, data.length]).toEqual([40, 20, 2400])
    const [red, green, blue] = data
    expect(red).toBeGreaterThan(240)
    expect(green).toBeLessThan(20)
    expect(blue).toBeLessThan(20)
  })

  it("stands it upright by its EXIF orientation", async () => {
    const { width, height, data } = await decodePicture(
      await halves.clone().withMetadata({ orientation: 6 }).png().toBuffer(),
    )
    expect([width, height]).toEqual([20, 40])
    // A quarter turn clockwise: the red left half is now the upper one.
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0])
    expect([...data.subarray(-3)]).toEqual([0, 0, 255])
  })

  it("puts what is transparent on white, and makes colours of greys", async () => {
    const clear = { width: 1, height: 1, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } }
    expect([...(await decodePicture(await sharp({ create: clear }).png().toBuffer())).data]).toEqual([255, 255, 255])
    const grey = await sharp(Uint8Array.of(77), { raw: { width: 1, height: 1, channels: 1 } })
      .png()
      .toBuffer()
    expect([...(await decodePicture(grey)).data]).toEqual([77, 77, 77])
  })

  it("makes 8 bits of 16", async () => {
    const deep = await sharp(Uint16Array.of(65535, 32896, 0), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer()
    const [red, green = 0, blue] = (await decodePicture(deep)).data
    expect([red, blue]).toEqual([255, 0])
    expect(Math.abs(green - 128)).toBeLessThanOrEqual(1)
  })

  it("refuses what isn't a picture", async () => {
    expect(await refused(new TextEncoder().encode("Dear all, please find attached nothing."))).toBe("not-a-picture")
    expect(await refused(Uint8Array.of(0))).toBe("not-a-picture")
  })

  it("refuses SVG, which is a program for a renderer", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    expect(await refused(new TextEncoder().encode(svg))).toBe("not-a-picture")
  })

  it("refuses half a picture", async () => {
    const whole = await readFile(new URL("../public/sample-receipt.png", import.meta.url))
    expect(await refused(whole.subarray(0, whole.length / 2))).toBe("picture-damaged")
  })

  it("refuses a small file that is a huge picture, before it is decoded", async () => {
    const bomb = await sharp({
      create: { width: 9000, height: 9000, channels: 3, background: "white" },
      limitInputPixels: false,
    })
      .png()
      .toBuffer()
    expect(bomb.byteLength).toBeLessThan(1_000_000)
    expect(await refused(bomb)).toBe("picture-too-large")
  })
})
