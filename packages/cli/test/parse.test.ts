import { describe, expect, it } from "vitest"
import { parseAssignment, parseByteCount, parseCount, parseShape, parseTime } from "../src/parse.js"

const now = new Date("2026-01-31T12:00:00.500Z")

describe("times", () => {
  it.each([
    ["2027-01-31T12:00:00Z", "2027-01-31T12:00:00.000Z"],
    ["2027-01-31t12:00:00.75+02:00", "2027-01-31T10:00:00.000Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
    ["90m", "2026-01-31T13:30:00.000Z"],
    ["12h", "2026-02-01T00:00:00.000Z"],
    ["30d", "2026-03-02T12:00:00.000Z"],
    ["2w", "2026-02-14T12:00:00.000Z"],
  ])("%s", (text, time) => expect(parseTime(text, "--not-after", now).toISOString()).toBe(time))

  it.each([
    "",
    "soon",
    "30",
    "30y",
    "-1d",
    "2027",
    "2027-02-30",
    "2027-01-31T12:00:00",
    "2027-01-31T25:00:00Z",
    "99999999w",
  ])("refuses %j", (text) => expect(() => parseTime(text, "--not-after", now)).toThrow(/^--not-after must be a time/))
})

describe("byte counts", () => {
  it.each([
    ["4096", 4096],
    ["64KiB", 65_536],
    ["64k", 65_536],
    ["1MiB", 1_048_576],
    ["16M", 16_777_216],
  ])("%s", (text, count) => expect(parseByteCount(text, "--segment-size")).toBe(count))

  it.each(["", "MiB", "1.5MiB", "1GiB", "1 MiB", "-1"])("refuses %j", (text) =>
    expect(() => parseByteCount(text, "--segment-size")).toThrow(RangeError),
  )
})

it("reads whole numbers only", () => {
  expect(parseCount("12", "--runs")).toBe(12)
  for (const text of ["", "1.5", "-1", "0x10", "1e3", "99999999999999999999"]) {
    expect(() => parseCount(text, "--runs")).toThrow(RangeError)
  }
  expect(() => parseCount("0", "--runs", 1)).toThrow("--runs must be a whole number from 1")
})

it("reads assignments and shapes", () => {
  expect(parseAssignment("x=a=b", "--input")).toEqual(["x", "a=b"])
  for (const text of ["x", "=a", "x="]) expect(() => parseAssignment(text, "--input")).toThrow(RangeError)
  expect(parseShape("1x3x48", "--shape")).toEqual([1, 3, 48])
  expect(parseShape("2,3", "--shape")).toEqual([2, 3])
  expect(parseShape("scalar", "--shape")).toEqual([])
  for (const text of ["", "x", "1x", "ax3"]) expect(() => parseShape(text, "--shape")).toThrow(RangeError)
})
