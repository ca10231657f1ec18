import { expect, it } from "vitest"
import { formatTime, parseTime } from "../src/format/time.js"

it.each(["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "9999-12-31T23:59:59Z"])("reads and writes %s", (text) => {
  expect(formatTime(parseTime(text) as Date)).toBe(text)
})

it.each([
  "1969-12-31T23:59:59Z",
  "2023-02-29T00:00:00Z",
  "2023-04-31T00:00:00Z",
  "2023-00-01T00:00:00Z",
  "2023-13-01T00:00:00Z",
  "2023-01-00T00:00:00Z",
  "2023-01-01T24:00:00Z",
  "2023-01-01T00:60:00Z",
  "2023-01-01T00:00:60Z",
  "2023-01-01T00:00:00.0Z",
  "2023-01-01T00:00:00+00:00",
  "2023-01-01t00:00:00z",
  "2023-01-01 00:00:00Z",
  "2023-01-01",
  "10000-01-01T00:00:00Z",
  "2023-01-01T00:00:00Z\n",
])("refuses %j", (text) => {
  expect(parseTime(text)).toBeUndefined()
})

it("cuts off what is beyond seconds, and refuses dates that can't be written", () => {
  expect(formatTime(new Date("2023-01-01T00:00:00.999Z"))).toBe("2023-01-01T00:00:00Z")
  for (const time of [new Date(Number.NaN), new Date(-1), new Date(Date.UTC(10_000, 0))]) {
    expect(() => formatTime(time)).toThrow(RangeError)
  }
})
