/** node-opencl's own test suite, from npm, against this package in the place of its binding. Each case is a case here. */
import { describe, expect, it } from "vitest"
import { exceptions, excludedFiles } from "./exceptions.js"
import { type Build, type Case, runSuite } from "./run.js"

const unused = new Set(exceptions.flatMap(({ titles }) => titles))

/** What ran in an earlier build isn't counted again. */
const counted = new Set<string>()

function define(each: Case): void {
  if (each.outcome === "skipped") {
    it.skip(`${each.title}: the suite skips it`, () => {})
    return
  }
  const exception = exceptions.find(({ titles }) => titles.includes(each.title))
  if (exception === undefined) {
    it(each.title, () => expect(each.outcome, each.message).toBe("passed"))
    return
  }
  unused.delete(each.title)
  it(`${each.title}: fails, because it ${exception.reason}`, () => {
    expect(each.outcome, "an exception that passes: take it off the list").toBe("failed")
    expect(each.message).toMatch(exception.message)
  })
}

for (const build of ["2.0", "1.2", "1.1"] as const satisfies readonly Build[]) {
  const cases = (await runSuite(build)).filter(({ title }) => !counted.has(title))
  for (const { title } of cases) counted.add(title)
  describe(`node-opencl's suite, as built for OpenCL ${build}`, () => {
    for (const each of cases) define(each)
  })
}

describe("the list of exceptions", () => {
  it("names cases of the suite only", () => {
    expect([...unused]).toEqual([])
  })

  for (const [file, reason] of Object.entries(excludedFiles)) it.skip(`${file}: left out, it ${reason}`, () => {})
})
