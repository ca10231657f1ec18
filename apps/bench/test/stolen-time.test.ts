import { expect, it } from "vitest"
import { parseProcessorTime, stolenPercent } from "../src/stolen-time.js"

it("the share stolen is of what programs asked for: what was idle isn't counted, nor a guest twice", () => {
  const from = parseProcessorTime("cpu  100 10 50 9000 7 1 2 5 40 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
  expect(from).toEqual({ had: 163, stolen: 5 })
  const to = parseProcessorTime("cpu  180 10 60 99000 700 1 2 15 90 0\n")
  expect(stolenPercent(from, to)).toBe(10)
  expect(stolenPercent(from, from)).toBe(0)
  expect(stolenPercent(undefined, to)).toBeUndefined()
})
