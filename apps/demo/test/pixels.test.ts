import { describe, expect, it } from "vitest"
import { clipped, halfTurned, type Quad } from "../src/ocr/geometry.js"
import { alongText, linePicture } from "../src/ocr/line-picture.js"
import { detectorScale, lineScale, toTensor } from "../src/ocr/normalise.js"
import type { Picture } from "../src/ocr/picture.js"
import { warp } from "../src/ocr/warp.js"

/** A picture whose red is the column, green the row and blue 7. */
function ramp(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width), 7], i * 3)
  return { width, height, data }
}

function quad(x: number, y: number, width: number, height: number): Quad {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ]
}

/** Red of the first row, and green of the first column: where the pixels came from. */
function origins({ width, height, data }: Picture) {
  return {
    red: Array.from({ length: width }, (_, x) => data[x * 3]),
    green: Array.from({ length: height }, (_, y) => data[y * width * 3 + 1]),
  }
}

describe("warp", () => {
  const picture = ramp(40, 30)

  it("copies pixels as they are when nothing is scaled or turned", () => {
    expect(warp(picture, quad(0, 0, 40, 30), 40, 30)).toEqual(picture)
    expect(origins(warp(picture, quad(5, 3, 4, 2), 4, 2))).toEqual({ red: [5, 6, 7, 8], green: [3, 4] })
  })

  it("averages what falls together", () => {
    const { red, green } = origins(warp(picture, quad(0, 0, 40, 30), 10, 10))
    expect(red).toEqual([2, 6, 10, 14, 18, 22, 26, 30, 34, 38])
    expect(green).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25, 28])
  })

  it("turns with the quad", () => {
    expect(origins(warp(picture, halfTurned(quad(5, 3, 4, 2)), 4, 2))).toEqual({ red: [8, 7, 6, 5], green: [4, 3] })
  })

  it("goes on with the outermost pixels beyond the edge", () => {
    expect(origins(warp(picture, quad(-2, -1, 4, 2), 4, 2))).toEqual({ red: [0, 0, 0, 1], green: [0, 0] })
    expect(origins(warp(picture, quad(38, 29, 4, 2), 4, 2))).toEqual({ red: [38, 39, 39, 39], green: [29, 29] })
  })
})

describe("a line's picture", () => {
  it("is 48 high, as wide as its shape says, and no wider than allowed", () => {
    const size = ({ width, height }: Picture) => [width, height]
    expect(size(linePicture(ramp(40, 30), quad(0, 0, 40, 10), 320))).toEqual([192, 48])
    expect(size(linePicture(ramp(40, 30), quad(0, 0, 40, 10), 100))).toEqual([100, 48])
    expect(size(linePicture(ramp(40, 30), quad(0, 0, 0, 10), 100))).toEqual([1, 48])
  })

  it("is read from its side when it is much higher than wide", () => {
    const upright = quad(10, 10, 20, 29)
    expect(alongText(upright)).toEqual(upright)
    expect(alongText(quad(10, 0, 10, 30))).toEqual([
      [20, 0],
      [20, 30],
      [10, 30],
      [10, 0],
    ])
  })
})

describe("clipped", () => {
  it("rounds, and keeps corners in the picture", () => {
    const box: Quad = [
      [-3.2, 4.6],
      [105, 4.4],
      [99.6, 60],
      [0.2, 55],
    ]
    expect(clipped(box, 100, 50)).toEqual([
      [0, 5],
      [100, 4],
      [100, 50],
      [0, 50],
    ])
  })
})

describe("toTensor", () => {
  it("lays channels out blue, green, red, scales them, and pads with zeros to the right", () => {
    const picture = { width: 1, height: 2, data: Uint8Array.of(255, 0, 51, 0, 255, 102) }
    const { shape, data } = toTensor(picture, lineScale, 3)
    expect(shape).toEqual([1, 3, 2, 3])
    const expected = [-0.6, 0, 0, -0.2, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0]
    expect(Array.from(data, (value) => Number(value.toFixed(6)))).toEqual(expected)
  })

  it("applies ImageNet's red scale to blue, as PP-OCR was trained", () => {
    const { data } = toTensor({ width: 1, height: 1, data: Uint8Array.of(0, 0, 255) }, detectorScale)
    expect(data[0]).toBeCloseTo((1 - 0.485) / 0.229, 5)
    expect(data[2]).toBeCloseTo(-0.406 / 0.225, 5)
  })
})
