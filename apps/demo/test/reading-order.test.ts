import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Point, Quad } from "../src/ocr/geometry.js"
import { inReadingOrder } from "../src/ocr/reading-order.js"

function boxAt(x: number, y: number, width: number, height = 20): Quad {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ]
}

function turned(box: Quad, angle: number): Quad {
  const turn = ([x, y]: Point): Point => [
    x * Math.cos(angle) - y * Math.sin(angle),
    x * Math.sin(angle) + y * Math.cos(angle),
  ]
  return [turn(box[0]), turn(box[1]), turn(box[2]), turn(box[3])]
}

const receipt = [
  { text: "title", box: boxAt(150, 0, 200, 40) },
  { text: "bread", box: boxAt(20, 60, 100) },
  { text: "4.20", box: boxAt(440, 63, 40) },
  { text: "milk", box: boxAt(20, 90, 80) },
  { text: "2.35", box: boxAt(440, 86, 40) },
  { text: "total", box: boxAt(20, 130, 120, 30) },
  { text: "6.55", box: boxAt(420, 134, 60, 24) },
]
const order = receipt.map(({ text }) => text)

describe("inReadingOrder", () => {
  it("goes by rows from the top and from the left, whatever order they come in and however the page lies", () => {
    const shuffled = fc.shuffledSubarray(receipt, { minLength: receipt.length })
    const angle = fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.double({ min: -0.3, max: 0.3, noNaN: true }))
    fc.assert(
      fc.property(shuffled, angle, (lines, [quarters, tilt]) => {
        const radians = (quarters * Math.PI) / 2 + tilt
        const page = lines.map(({ text, box }) => ({ text, box: turned(box, radians) }))
        expect(inReadingOrder(page).map(({ text }) => text)).toEqual(order)
      }),
    )
  })

  it("isn't led astray by one line of another direction", () => {
    const side = { text: "side", box: turned(boxAt(0, -600, 90), Math.PI / 2) }
    const read = inReadingOrder([...receipt.toReversed(), side]).map(({ text }) => text)
    expect(read.filter((text) => text !== "side")).toEqual(order)
  })

  it("takes none, and one", () => {
    expect(inReadingOrder([])).toEqual([])
    expect(inReadingOrder(receipt.slice(0, 1))).toEqual(receipt.slice(0, 1))
  })
})
