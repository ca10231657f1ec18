import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { errorCodes, StrongroomError } from "../src/errors.js"

it("has the codes, meanings and order of spec/errors.md", () => {
  const page = readFileSync(new URL("../../../spec/errors.md", import.meta.url), "utf8")
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  expect(rows.length).toBeGreaterThan(0)
  expect(Object.entries(errorCodes)).toEqual(rows)
})

it("knows an error from another copy of the package", () => {
  const other = Object.assign(new Error("truncated"), { [Symbol.for("@strongroom/core/error")]: true })
  expect(StrongroomError.is(other)).toBe(true)
  expect(StrongroomError.is(new StrongroomError("truncated", "short"))).toBe(true)
  for (const value of [new Error("truncated"), { code: "truncated" }, null, undefined, "truncated"]) {
    expect(StrongroomError.is(value)).toBe(false)
  }
})
