import { type ErrorCode, StrongroomError } from "@strongroom/vault"
import { describe, expect, it } from "vitest"
import { PictureError } from "../src/app/decode-picture.js"
import { lastingReader } from "../src/app/lasting-reader.js"
import type { Reader } from "../src/app/reader.js"

const signal = new AbortController().signal
const bytes = new Uint8Array()

/** A reader that tells its number as the picture's width, until its vault ends, or what `code` says. */
function reader(number: number, code: ErrorCode = "vault-exited") {
  const state = { ended: false, closed: 0 }
  const one: Reader = {
    read: async () => {
      if (state.ended) throw new StrongroomError(code, "x")
      return { width: number, height: 1, lines: [] }
    },
    report: async () => ({ number }) as never,
    close: async () => void state.closed++,
  }
  return { state, one }
}

describe("lastingReader", () => {
  it("opens another vault after one that ended, once, and closes what is left of the old one", async () => {
    const [first, second] = [reader(1), reader(2)]
    let opened = 0
    const lasting = lastingReader(first.one, async () => {
      opened++
      return second.one
    })
    expect((await lasting.read(bytes, signal)).width).toBe(1)
    first.state.ended = true
    const failed = await Promise.allSettled([lasting.read(bytes, signal), lasting.read(bytes, signal)])
    expect(failed.map((one) => one.status === "rejected" && one.reason.code)).toEqual(["vault-exited", "vault-exited"])
    const again = await Promise.all([lasting.read(bytes, signal), lasting.read(bytes, signal)])
    expect(again.map(({ width }) => width)).toEqual([2, 2])
    expect([opened, first.state.closed, second.state.closed]).toEqual([1, 1, 0])
    await lasting.close()
    expect(second.state.closed).toBe(1)
  })

  it.each(["backend-failed", "session-closed", "out-of-memory"] as const)(
    "opens another vault after a session in it ended: %s",
    async (code) => {
      const [first, second] = [reader(1, code), reader(2)]
      const lasting = lastingReader(first.one, async () => second.one)
      first.state.ended = true
      await expect(lasting.read(bytes, signal)).rejects.toMatchObject({ code })
      expect((await lasting.read(bytes, signal)).width).toBe(2)
      expect(first.state.closed).toBe(1)
    },
  )

  it("tries again when another vault can't be opened at first", async () => {
    const [first, second] = [reader(1), reader(2)]
    let attempts = 0
    const lasting = lastingReader(first.one, async () => {
      if (++attempts === 1) throw new StrongroomError("vault-start", "x")
      return second.one
    })
    first.state.ended = true
    await expect(lasting.read(bytes, signal)).rejects.toMatchObject({ code: "vault-exited" })
    await expect(lasting.read(bytes, signal)).rejects.toMatchObject({ code: "vault-start" })
    expect((await lasting.read(bytes, signal)).width).toBe(2)
  })

  it("keeps its vault when a picture fails", async () => {
    const { one } = reader(1)
    let fail = true
    const failing: Reader = {
      ...one,
      read: async (...call) => (fail ? Promise.reject(new PictureError("picture-damaged", "bad")) : one.read(...call)),
    }
    const lasting = lastingReader(failing, () => Promise.reject(new Error("opened again")))
    await expect(lasting.read(bytes, signal)).rejects.toThrow("bad")
    fail = false
    expect((await lasting.read(bytes, signal)).width).toBe(1)
  })
})
