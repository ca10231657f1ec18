import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import { askPassphrase, type Console } from "../src/passphrase.js"

function fakeConsole(isTTY = true) {
  const input = new PassThrough() as unknown as NodeJS.ReadStream
  const seen: string[] = []
  Object.assign(input, { isTTY, setRawMode: (raw: boolean) => seen.push(raw ? "echo off" : "echo on") })
  const abort = new AbortController()
  const console: Console = {
    input,
    output: { write: (text) => seen.push(text) },
    interrupt: () => abort.abort(new Error("interrupted")),
  }
  const type = (text: string) => (input as unknown as PassThrough).write(text)
  return { type, seen, abort, ask: () => askPassphrase("Passphrase: ", console, abort.signal) }
}

/** The question comes when nothing is echoed any more. */
const asked = ["echo off", "Passphrase: ", "echo on", "\n"]

describe("asking for a passphrase", () => {
  it.each([
    ["a line", ["correct horse\r"], "correct horse"],
    ["single keys", ["a", "b", "\n"], "ab"],
    ["corrections", ["ax\u007fbé\u{1f600}\b\r"], "abé"],
    ["a line begun again", ["wrong\u0015right\r"], "right"],
    ["the end of input", ["abc\u0004"], "abc"],
  ])("takes %s, and shows nothing of it", async (_what, keys, passphrase) => {
    const { ask, type, seen } = fakeConsole()
    const answer = ask()
    for (const key of keys) type(key)
    expect(await answer).toBe(passphrase)
    expect(seen).toEqual(asked)
  })

  it("ends at Ctrl-C, with the terminal as it was", async () => {
    const { ask, type, seen } = fakeConsole()
    const answer = ask()
    type("abc\u0003")
    await expect(answer).rejects.toThrow("interrupted")
    expect(seen).toEqual(asked)
  })

  it("ends at a signal", async () => {
    const { ask, abort, seen } = fakeConsole()
    const answer = ask()
    abort.abort(new Error("ended"))
    await expect(answer).rejects.toThrow("ended")
    expect(seen).toEqual(asked)
  })

  it("says what to do where there is no terminal", () => {
    expect(fakeConsole(false).ask).toThrow("--passphrase-file")
  })
})
