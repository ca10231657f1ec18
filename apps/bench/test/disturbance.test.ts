import { expect, it } from "vitest"
import { disturbances } from "../src/disturbance.js"
import { type Figure, mediansOf } from "../src/figure.js"
import { formatFigure } from "../src/format.js"

/** 4 % apart, at most. */
const quiet = [100, 103, 99, 101, 102, 100, 101, 99, 103, 102, 100, 101]
const about = { name: "a load", peer: "the plain file", unit: "ms" } as const
const figure = (ours: readonly number[], theirs: readonly number[] | number, unit: Figure["unit"] = "ms"): Figure => ({
  ...about,
  unit,
  ...mediansOf(ours, theirs),
})
/** The machine takes 1.5 times as long for some turns. */
const slowed = (values: readonly number[], from: number, to: number) =>
  values.map((value, turn) => (turn >= from && turn < to ? 1.5 * value : value))
const sides = (found: Figure) => disturbances(found)?.map(({ side }) => side)

it("a quiet machine disturbs nothing, nor do one or two slow turns, which no median follows", () => {
  expect(sides(figure(quiet, quiet))).toEqual([])
  const one = figure(slowed(quiet, 4, 6), quiet)
  expect(one.ours / figure(quiet, quiet).ours).toBeLessThan(1.02)
  expect(sides(one)).toEqual([])
  expect(sides(figure([100, 101, 900, 100, 102], 300))).toEqual([])
})

it("a machine that slows down for a third to two thirds of the turns is seen, before the median follows", () => {
  for (const length of [4, 5, 6, 7, 8]) {
    expect(sides(figure(slowed(quiet, 1, 1 + length), slowed(quiet, 1, 1 + length)))).toEqual(["ours", "theirs"])
  }
  expect(sides(figure(slowed(quiet, 0, 5), quiet))).toEqual(["ours"])
  expect(sides(figure(quiet, slowed(quiet, 0, 5)))).toEqual(["theirs"])
  // For nearly all of them it looks quiet again.
  expect(sides(figure(slowed(quiet, 1, 12), slowed(quiet, 1, 12)))).toEqual([])
  // Of five, two.
  expect(sides(figure([100, 101, 150, 152, 102], 300))).toEqual(["ours"])
})

it("rates are judged as times are; what isn't time, single values and what is made of others aren't", () => {
  const rates = (values: readonly number[]) => values.map((value) => 1 / value)
  expect(sides(figure(rates(slowed(quiet, 0, 5)), rates(quiet), "GiB/s"))).toEqual(["ours"])
  expect(disturbances(figure([10, 20, 30, 40], 64, "MiB"))).toBeUndefined()
  expect(disturbances({ ...about, ours: 6000, theirs: 170, runs: 1 })).toBeUndefined()
})

it("next to nothing may waver beside its limit, and what is near it may not", () => {
  expect(sides(figure([0.1, 0.3, 0.2, 0.4, 0.1], 3))).toEqual([])
  expect(sides(figure([-0.1, 0.1, 0.2, 0.1, -0.1], 3))).toEqual([])
  expect(sides(figure([2, 3, 2.5, 4, 2.2], 3))).toEqual(["ours"])
})

it("what is printed has both sides' spread, and says when a side looks disturbed", () => {
  const [first, second] = formatFigure({ ...figure(slowed(quiet, 0, 5), quiet), bar: { atMost: 1.15 } }).split("\n")
  expect(first).toContain("102.5 ms / 101 ms (the plain file) = 1.01x  bar <= 1.15: held  [12 runs]")
  expect(second?.trim()).toBe("99 [100.8 150.4] 154.5 / 99 [100 102] 103 ms  LOOKS DISTURBED: ours by 48 %")
  expect(formatFigure(figure(quiet, 300)).split("\n")[1]?.trim()).toBe("99 [100 102] 103 ms")
  expect(formatFigure({ ...about, ours: 1, theirs: 2, runs: 1 })).not.toContain("\n")
})
