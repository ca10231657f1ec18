import { describe, expect, it } from "vitest"
import { boxesInMap, meanInside } from "../src/ocr/boxes.js"
import { regionsAbove } from "../src/ocr/components.js"
import { detectorSize } from "../src/ocr/detect.js"

/** A map with filled, possibly turned, rectangles of one probability. */
function mapOf(
  width: number,
  height: number,
  ...areas: [x: number, y: number, w: number, h: number, p: number, angle?: number][]
) {
  const map = new Float32Array(width * height)
  for (const [x, y, w, h, probability, angle = 0] of areas) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [dx, dy] = [column + 0.5 - x, row + 0.5 - y]
        const along = dx * Math.cos(angle) + dy * Math.sin(angle)
        const across = dy * Math.cos(angle) - dx * Math.sin(angle)
        if (Math.abs(along) < w / 2 && Math.abs(across) < h / 2) map[row * width + column] = probability
      }
    }
  }
  return map
}

describe("regionsAbove", () => {
  it("joins pixels that touch at a corner and parts those that don't", () => {
    const map = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1)
    expect(regionsAbove(map, 4, 0.3)).toEqual([
      [
        [0.5, 0.5],
        [0.5, 0.5],
        [1.5, 1.5],
        [1.5, 1.5],
      ],
      [
        [3.5, 1.5],
        [3.5, 1.5],
        [3.5, 2.5],
        [3.5, 2.5],
      ],
    ])
  })

  it("leaves out what only reaches the threshold", () => {
    expect(regionsAbove(Float32Array.of(0.5, 0.5), 2, 0.5)).toEqual([])
  })
})

describe("boxesInMap", () => {
  it("gives one grown box for one line", () => {
    // Pixel centres span 99 x 9; 99 x 9 x 1.5 / 216 = 6.1875 on every side.
    const [box, ...others] = boxesInMap(mapOf(200, 60, [100, 30, 100, 10, 0.9]), 200)
    expect(others).toEqual([])
    expect(box?.[0][0]).toBeCloseTo(50.5 - 6.1875, 4)
    expect(box?.[0][1]).toBeCloseTo(25.5 - 6.1875, 4)
    expect(box?.[2][0]).toBeCloseTo(149.5 + 6.1875, 4)
    expect(box?.[2][1]).toBeCloseTo(34.5 + 6.1875, 4)
  })

  it("follows a line that is turned", () => {
    const [box] = boxesInMap(mapOf(200, 100, [100, 50, 120, 14, 0.9, 0.2]), 200)
    if (!box) throw new Error("no box")
    const angle = Math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])
    expect(angle).toBeCloseTo(0.2, 1)
  })

  it("drops what is faint, and what is thin", () => {
    expect(boxesInMap(mapOf(100, 40, [50, 20, 60, 10, 0.5]), 100)).toEqual([])
    expect(boxesInMap(mapOf(100, 40, [50, 20, 60, 3, 0.9]), 100)).toEqual([])
  })

  it("keeps two lines apart", () => {
    const map = mapOf(200, 100, [100, 25, 100, 12, 0.9], [100, 75, 100, 12, 0.9])
    expect(boxesInMap(map, 200)).toHaveLength(2)
  })
})

describe("meanInside", () => {
  it("is of the pixels inside only", () => {
    const map = mapOf(20, 20, [10, 10, 10, 10, 0.8])
    expect(meanInside(map, 20, { centre: [10, 10], width: 8, height: 8, angle: 0 })).toBeCloseTo(0.8, 6)
    expect(meanInside(map, 20, { centre: [10, 10], width: 20, height: 10, angle: 0 })).toBeCloseTo(0.4, 6)
    expect(meanInside(map, 20, { centre: [-30, -30], width: 5, height: 5, angle: 0 })).toBe(0)
  })
})

describe("detectorSize", () => {
  it.each([
    [640, 480, 640, 480],
    [1, 1, 32, 32],
    [50, 700, 64, 704],
    [4000, 3000, 1120, 832],
    [1000, 4000, 480, 1920],
    [100, 20000, 32, 2560],
  ])("of %s x %s is %s x %s", (width, height, ...expected) => {
    expect(Object.values(detectorSize(width, height))).toEqual(expected)
  })
})
