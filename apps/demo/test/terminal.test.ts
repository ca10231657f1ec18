import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { terminalProgress } from "../src/terminal.js"

function stream(isTTY: boolean) {
  const written: string[] = []
  const fake = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream
  return { fake, text: () => written.join("") }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("terminalProgress", () => {
  it("writes a line per step and no control characters where there is no terminal", () => {
    const { fake, text } = stream(false)
    const progress = terminalProgress(fake, {})
    progress.begin("sealing")
    progress.advance(1, 2)
    vi.advanceTimersByTime(5000)
    progress.end("sealed")
    expect(text()).toBe("✓ sealed (5.0 s)\n")
  })

  it("shows a bar on a terminal, only once a step takes over a second", () => {
    const { fake, text } = stream(true)
    const progress = terminalProgress(fake, {})
    progress.begin("sealing")
    progress.advance(1, 4)
    vi.advanceTimersByTime(900)
    expect(text()).toBe("")
    vi.advanceTimersByTime(200)
    expect(text()).toContain("sealing  ██████░░░░░░░░░░░░░░░░░░ 25%")
    progress.end("sealed")
    expect(text().endsWith("\r\x1b[2K\x1b[32m✓\x1b[0m sealed (1.1 s)\n")).toBe(true)
  })

  it("has no colour with NO_COLOR", () => {
    const { fake, text } = stream(true)
    const progress = terminalProgress(fake, { NO_COLOR: "1" })
    progress.begin("sealing")
    progress.end("sealed")
    expect(text()).not.toContain("\x1b[32m")
    expect(text()).toContain("✓ sealed")
  })
})
