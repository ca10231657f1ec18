import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Point } from "../src/ocr/geometry.js"
import { convexHull } from "../src/ocr/hull.js"
import { corners, smallestRectangle, unclipped } from "../src/ocr/rectangle.js"

const degrees = Math.PI / 180

describe("convexHull", () => {
  it("drops inner points, points on edges and repeats", () => {
    const points: Point[] = [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
      [2, 2],
      [2, 0],
      [4, 4],
      [0, 0],
    ]
    expect(convexHull(points)).toEqual([
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
    ])
  })

  it("keeps one point, and the ends of a line", () => {
    expect(
      convexHull([
        [1, 2],
        [1, 2],
      ]),
    ).toEqual([[1, 2]])
    expect(
      convexHull([
        [3, 3],
        [1, 1],
        [2, 2],
      ]),
    ).toEqual([
      [1, 1],
      [3, 3],
    ])
  })
})

describe("smallestRectangle", () => {
  it.each([-44, -10, 0, 3, 30, 44.9])("finds a rectangle turned by %s degrees again", (angle) => {
    const original = { centre: [50, 40] as const, width: 60, height: 12, angle: angle * degrees }
    const found = smallestRectangle(corners(original))
    expect(found.centre[0]).toBeCloseTo(50, 6)
    expect(found.centre[1]).toBeCloseTo(40, 6)
    expect(found.width).toBeCloseTo(60, 6)
    expect(found.height).toBeCloseTo(12, 6)
    expect(found.angle).toBeCloseTo(original.angle, 6)
  })

  it("names the sides so that the width points to the right, also for what stands upright", () => {
    const found = smallestRectangle(corners({ centre: [0, 0], width: 10, height: 80, angle: 0.1 }))
    expect(found.width).toBeCloseTo(10, 6)
    expect(found.height).toBeCloseTo(80, 6)
  })

  it("holds every point, and is no larger than the upright box around them", () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }))
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
        const { centre, width, height, angle } = smallestRectangle(points)
        const xs = points.map(([x]) => x)
        const ys = points.map(([, y]) => y)
        const upright = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys))
        expect(width * height).toBeLessThanOrEqual(upright + 1e-6)
        for (const [x, y] of points) {
          const [dx, dy] = [x - centre[0], y - centre[1]]
          expect(Math.abs(dx * Math.cos(angle) + dy * Math.sin(angle))).toBeLessThanOrEqual(width / 2 + 1e-6)
          expect(Math.abs(dy * Math.cos(angle) - dx * Math.sin(angle))).toBeLessThanOrEqual(height / 2 + 1e-6)
        }
      }),
    )
  })
})

describe("unclipped", () => {
  it("moves every side out by area x ratio / perimeter", () => {
    const whole = unclipped({ centre: [5, 5], width: 100, height: 20, angle: 0.2 }, 1.5)
    // 100 x 20 x 1.5 / 240 = 12.5
    expect(whole).toEqual({ centre: [5, 5], width: 125, height: 45, angle: 0.2 })
  })

  it("leaves a point as it is", () => {
    const point = { centre: [1, 1] as const, width: 0, height: 0, angle: 0 }
    expect(unclipped(point, 1.5)).toEqual(point)
  })
})
