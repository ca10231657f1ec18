// Texts from files and arguments reach the terminal, and none of them may steer it.
import type { SealedModel } from "@strongroom/core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { describeManifest } from "../src/describe.js"
import { jsonText } from "../src/terminal.js"
import { makeWorkplace, type Workplace } from "./session.js"

/** ESC, DEL, CSI of C1, right-to-left override, and a tag of two units: as printf has them, as they are, as shown. */
const inShell = "$(printf 'x\\033[31m\\177\\302\\23331m\\342\\200\\256\\363\\240\\201\\201y')"
const steering = "x\u001b[31m\u007f\u009b31m\u202e\u{e0041}y"
const shown = "x\\u{1b}[31m\\u{7f}\\u{9b}31m\\u{202e}\\u{e0041}y"
const steers = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

const lines = (text: string) => text.trimEnd().split("\n")

it("is escaped in a policy", () => {
  const policy = { backends: [steering], guarantees: ["\u009b"] }
  const manifest = { kind: "file", inputs: [], outputs: [], parts: [], policy }
  const described = describeManifest({ manifest, terms: { evidence: "none" } } as unknown as SealedModel)
  const [, text = ""] = described.lines.find(([name]) => name === "policy") ?? []
  // ESC was escaped by JSON already.
  expect(text).toBe(`{"backends":["${shown.replace("\\u{1b}", "\\u001b")}"],"guarantees":["\\u{9b}"]}`)
})

it("is escaped in JSON, which stays the same JSON", () => {
  const value = { [steering]: ["\u2028", steering, "Erkennung 文字 \u00e9"] }
  const text = jsonText(value)
  expect(text).not.toMatch(steers)
  expect(text).toContain("x\\u001b[31m\\u007f\\u009b31m\\u202e\\udb40\\udc41y")
  expect(text).toContain("Erkennung 文字 \u00e9")
  expect(JSON.parse(text)).toEqual(value)
})

describe.skipIf(process.platform === "win32")("what the program prints of it", () => {
  let workplace: Workplace
  beforeAll(async () => {
    workplace = await makeWorkplace()
    const { stderr, exitCode } = await workplace.run(`
      echo model > model.bin && strongroom keygen publisher -q && strongroom keygen identity -q -o alice.key > alice.txt &&
      strongroom seal model.bin -o m.sealed --key publisher.key -q --label "${inShell}" &&
      strongroom grant m.sealed --key publisher.key --to @alice.txt -o m.grant -q --serial "${inShell}" --feature "${inShell}"`)
    expect([stderr, exitCode]).toEqual(["", 0])
  })
  afterAll(async () => {
    await workplace.remove()
  })

  it.each([
    ["m.sealed", ["label"]],
    ["m.grant", ["features", "serial"]],
  ])("inspecting %s", async (file, names) => {
    const { stdout, exitCode } = await workplace.run(`strongroom inspect ${file}`)
    expect(exitCode).toBe(0)
    for (const line of lines(stdout)) expect(line).not.toMatch(steers)
    const said = lines(stdout).map((line) => line.trim().split(/ {2,}/))
    for (const name of names) expect(said).toContainEqual([name, shown])
  })

  it.each(["inspect m.sealed", "inspect m.grant", "verify m.sealed --trust publisher.pub"])(
    "%s --json",
    async (line) => {
      const { stdout, exitCode } = await workplace.run(`strongroom ${line} --json`)
      expect([exitCode, lines(stdout).length]).toEqual([0, 1])
      expect(stdout.trimEnd()).not.toMatch(steers)
      // Back again, character by character.
      const texts: unknown[] = []
      JSON.parse(stdout, (_name, value) => {
        texts.push(value)
        return value
      })
      expect(texts).toContain(steering)
    },
  )

  it("an error, and where it was thrown", async () => {
    const { stderr, exitCode } = await workplace.run(`STRONGROOM_DEBUG=1 strongroom verify "${inShell}"`)
    expect(exitCode).toBe(1)
    for (const line of lines(stderr)) expect(line).not.toMatch(steers)
    const [first = "", second = "", ...stack] = lines(stderr)
    expect(first).toMatch(/^error: .* \(source-missing\)$/)
    expect([first, second].filter((line) => line.includes(shown))).toHaveLength(2)
    expect(stack.filter((line) => /^ {4}at /.test(line)).length).toBeGreaterThan(0)
  })
})
