import { expect, it } from "vitest"
import { wrap, wrappedTable } from "../src/text/wrapped-table.js"

it("leaves what fits as it is", () => {
  expect(wrappedTable(["a", "b"], [["one", "two"]], 20)).toEqual(["a    b", "one  two"])
})

it("breaks wide cells at spaces and slashes, and long words anywhere", () => {
  expect(wrappedTable(["id", "path"], [["x", "/usr/lib/x86_64/libthing.so"]], 16)).toEqual([
    ...["id  path", "x   /usr/lib/", "    x86_64/", "    libthing.so"],
  ])
  expect(wrap("aaaaaaaaaa bb", 4)).toEqual(["aaaa", "aaaa", "aa", "bb"])
  expect(wrap("", 4)).toEqual([""])
  // A variable's value can't draw lines of its own.
  expect(wrap("A=x\nopen  all", 20)).toEqual(["A=x open all"])
})

it("is never wider than it may be", () => {
  const rows = [["word ".repeat(20).trim(), "/a/long/path/".repeat(6), "x".repeat(70)]]
  for (const line of wrappedTable(["one", "two", "three"], rows, 60)) expect(line.length).toBeLessThanOrEqual(60)
})
