import { describe, expect, it } from "vitest"
import { createTerminal, formatBytes, printable, progressLine, red } from "../src/terminal.js"

function screen(isTTY = true, columns = 80) {
  const written: string[] = []
  return { written, isTTY, columns, write: (text: string) => written.push(text) }
}

describe("the progress bar", () => {
  it("is drawn on a terminal, and taken away in the end", () => {
    const [stdout, stderr] = [screen(), screen()]
    const progress = createTerminal({ stdout, stderr, environment: {} }).progress("Sealing")
    progress.update(5, 10)
    progress.update(10, 10)
    progress.end()
    progress.end()
    expect(stderr.written).toEqual([
      "\rSealing [############------------]  50%  5 bytes of 10 bytes\u001b[K",
      "\rSealing [########################] 100%  10 bytes of 10 bytes\u001b[K",
      "\r\u001b[K",
    ])
    expect(stdout.written).toEqual([])
  })

  it("is drawn ten times a second at most", () => {
    const stderr = screen()
    const progress = createTerminal({ stdout: screen(), stderr, environment: {} }).progress("Sealing")
    for (let done = 0; done < 1000; done += 1) progress.update(done, 1000)
    expect(stderr.written.length).toBeLessThan(5)
  })

  it("stays on its line", () => {
    const stderr = screen(true, 20)
    createTerminal({ stdout: screen(), stderr, environment: {} }).progress("Sealing").update(1, 2)
    expect(stderr.written[0]).toBe("\rSealing [##########\u001b[K")
  })

  it.each([
    ["a pipe", screen(false), {}, {}],
    ["NO_COLOR", screen(), { NO_COLOR: "1" }, {}],
    ["a dumb terminal", screen(), { TERM: "dumb" }, {}],
    ["--json", screen(), {}, { json: true }],
    ["--quiet", screen(), {}, { quiet: true }],
  ])("isn't drawn with %s", (_what, stderr, environment, settings) => {
    const progress = createTerminal({ stdout: screen(), stderr, environment, ...settings }).progress("Sealing")
    progress.update(1, 2)
    progress.end()
    expect(stderr.written).toEqual([])
  })

  it("shows an empty task as done", () => {
    expect(progressLine("Sealing", 0, 0)).toContain("100%")
  })
})

describe("results and remarks", () => {
  it("go to stdout and stderr", () => {
    const [stdout, stderr] = [screen(), screen()]
    const terminal = createTerminal({ stdout, stderr, environment: {} })
    terminal.result({ a: 1 }, "one")
    terminal.note("a remark")
    expect([stdout.written, stderr.written]).toEqual([["one\n"], ["a remark\n"]])
  })

  it("are one JSON object with --json, integers of 64 bits as exact as JSON can hold them", () => {
    const [stdout, stderr] = [screen(), screen()]
    const terminal = createTerminal({ stdout, stderr, environment: {}, json: true })
    terminal.result({ small: 5n, large: 2n ** 63n }, "one")
    terminal.note("a remark")
    expect([stdout.written, stderr.written]).toEqual([['{"small":5,"large":"9223372036854775808"}\n'], []])
  })
})

it("colours only where it may", () => {
  expect(red("error:", screen(), {})).toBe("\u001b[31merror:\u001b[39m")
  expect(red("error:", screen(false), {})).toBe("error:")
  expect(red("error:", screen(), { NO_COLOR: "1" })).toBe("error:")
})

it("keeps a file's text from steering the terminal", () => {
  expect(printable("a\u001b[2Jb\u202ec\n")).toBe("a\\u{1b}[2Jb\\u{202e}c\\u{a}")
  expect(printable("Erkennung 文字 \u00e9")).toBe("Erkennung 文字 \u00e9")
})

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [10_822_323, "10.8 MB"],
  [5e15, "5000.0 TB"],
])("writes %i bytes as %s", (count, text) => expect(formatBytes(count)).toBe(text))
