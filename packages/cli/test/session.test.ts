import { describe, expect, it } from "vitest"
import { checkStep, parseSession } from "./session.js"

const [step] = parseSession("A remark\n$ one \\\n> two\nout *\n...\nend\n! bad: *\n? 2\n\nAnother\n$ three\n") as [
  ReturnType<typeof parseSession>[number],
]

describe("the session runner", () => {
  it("reads commands and what they must do", () => {
    expect(step).toEqual({
      line: 2,
      command: "one \\\ntwo",
      stdout: ["out *", "...", "end"],
      stderr: ["bad: *"],
      exitCode: 2,
    })
  })

  it.each([
    { stdout: "out 1\nend\n", stderr: "bad: x\n", exitCode: 2 },
    { stdout: "out \na\nb\nend\n", stderr: "bad: \n", exitCode: 2 },
  ])("accepts what fits", (outcome) => checkStep(step, outcome))

  it.each([
    { stdout: "out 1\n", stderr: "bad: x\n", exitCode: 2 },
    { stdout: "out 1\nend\nmore\n", stderr: "bad: x\n", exitCode: 2 },
    { stdout: "out 1\nend\n", stderr: "bad: x\nworse\n", exitCode: 2 },
    { stdout: "out 1\nend\n", stderr: "", exitCode: 2 },
    { stdout: "out 1\nend\n", stderr: "bad: x\n", exitCode: 1 },
  ])("refuses what doesn't", (outcome) => expect(() => checkStep(step, outcome)).toThrow("line 2"))
})
