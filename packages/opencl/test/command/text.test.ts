import { describe, expect, it } from "vitest"
import { columns, formatBytes, list, printable } from "../../src/command/text.js"

describe("columns", () => {
  it("stand below one another, and texts go on beside their label", () => {
    const text = "word ".repeat(30).trim()
    expect(
      columns(
        [
          ["a", text],
          ["long", "short"],
        ],
        "  ",
      ),
    ).toEqual([`  a     ${"word ".repeat(18).trim()}`, `        ${"word ".repeat(12).trim()}`, "  long  short"])
  })

  it("leave a word that is too long in one piece", () => {
    const path = "/x".repeat(80)
    expect(columns([["a", `at ${path} there`]], "")).toEqual(["a  at", `   ${path}`, "   there"])
  })
})

it("bytes are in binary units", () => {
  const sizes = [0, 1, 1023, 1024, 1536, 2 ** 20 - 1, 2 ** 20, 1.5 * 2 ** 30, 2 ** 50]
  expect(sizes.map(formatBytes)).toEqual([
    "0 bytes",
    "1 bytes",
    "1023 bytes",
    "1 KiB",
    "1.5 KiB",
    "1024 KiB",
    "1 MiB",
    "1.5 GiB",
    "1024 TiB",
  ])
})

it("an empty list is said in a word", () => {
  expect([list([]), list([], "in order"), list(["a", "b"])]).toEqual(["none", "in order", "a, b"])
})

it("what steers a terminal is escaped, but for ends of lines", () => {
  expect(printable("a\u001b[31mb\u202ec\u2028d\ne\u0007")).toBe("a\\u{1b}[31mb\\u{202e}c\\u{2028}d\ne\\u{7}")
})
