import { expect, it } from "vitest"
import { allInTurn, median, quantile } from "../src/measure.js"
import { spreadOf } from "../src/spread.js"

it("quantiles are linear between the two nearest values, as NumPy's are", () => {
  const values = [15, 20, 35, 40, 50]
  expect([0, 0.25, 0.4, 0.5, 0.75, 1].map((share) => quantile(values, share))).toEqual([15, 20, 29, 35, 40, 50])
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7])
  expect(median([])).toBeNaN()
})

it("a spread is of all that was measured, in whatever order, which stays as it is", () => {
  const values = [50, 15, 40, 20, 35]
  expect(spreadOf(values)).toEqual({ lowest: 15, lowerQuartile: 20, upperQuartile: 40, highest: 50 })
  expect(values).toEqual([50, 15, 40, 20, 35])
  expect(spreadOf([3])).toEqual({ lowest: 3, lowerQuartile: 3, upperQuartile: 3, highest: 3 })
})

it("all are measured once a turn, after one uncounted, and neither is always the first", async () => {
  const called: string[] = []
  const sample = (name: string) => async () => {
    called.push(name)
    return called.length
  }
  const found = await allInTurn(3, ["a", "b", "c"].map(sample))
  expect(called.join(" ")).toBe("a b c a b c c b a a b c")
  expect(found).toEqual([
    [4, 9, 10],
    [5, 8, 11],
    [6, 7, 12],
  ])
})
