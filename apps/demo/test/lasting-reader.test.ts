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
      return { width: number, height: 1, lines: [], madeReady: 0 }
    },
    report: async () => ({ number }) as never,
    readiness: () => ({ making: 0, made: number }),
    close: async () => void state.closed++,
  }
  return { state, one }
}

describe("lastingReader", () => {
  it("opens another vault after one that ended, once, and closes what is left of the old one", async () => {
    const [first, second] = [reader(1), reader(2)]
    let opened = 0
    const lasting = lastingReader(async () => {
      opened++
      return second.one
    }, first.one)
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
      const lasting = lastingReader(async () => second.one, first.one)
      first.state.ended = true
      await expect(lasting.read(bytes, signal)).rejects.toMatchObject({ code })
      expect((await lasting.read(bytes, signal)).width).toBe(2)
      expect(first.state.closed).toBe(1)
    },
  )

  it("tries again when another vault can't be opened at first", async () => {
    const [first, second] = [reader(1), reader(2)]
    let attempts = 0
    const lasting = lastingReader(async () => {
      if (++attempts === 1) throw new StrongroomError("vault-start", "x")
      return second.one
    }, first.one)
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
    const lasting = lastingReader(() => Promise.reject(new Error("opened again")), failing)
    await expect(lasting.read(bytes, signal)).rejects.toThrow("bad")
    fail = false
    expect((await lasting.read(bytes, signal)).width).toBe(1)
  })

  it("opens no vault before it is asked for something, and says how far it is", async () => {
    const { one } = reader(7)
    let open = () => {}
    const lasting = lastingReader(() => new Promise((resolve) => (open = () => resolve(one))))
    expect(lasting.state()).toEqual({ vault: "closed", making: 0, made: 0 })
    const report = lasting.report()
    expect(lasting.state()).toEqual({ vault: "opening", making: 0, made: 0 })
    open()
    await report
    expect(lasting.state()).toEqual({ vault: "open", making: 0, made: 7 })
  })

  it("is closed once the vault has ended, until the next call", async () => {
    const first = reader(1)
    const lasting = lastingReader(async () => reader(2).one, first.one)
    first.state.ended = true
    await expect(lasting.read(bytes, signal)).rejects.toMatchObject({ code: "vault-exited" })
    expect(lasting.state().vault).toBe("closed")
    await lasting.report()
    expect(lasting.state()).toMatchObject({ vault: "open", made: 2 })
  })

  it("closes while a vault is opening that can't be opened", async () => {
    const lasting = lastingReader(() => Promise.reject(new StrongroomError("vault-start", "x")))
    const report = lasting.report()
    await Promise.all([lasting.close(), expect(report).rejects.toMatchObject({ code: "vault-start" })])
  })
})
