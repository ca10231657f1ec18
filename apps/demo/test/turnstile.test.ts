import { describe, expect, it } from "vitest"
import { turnstile } from "../src/app/turnstile.js"

const never = new AbortController().signal

/** Work that ends when it is told to. */
function held() {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return { work: () => released, release: () => release() }
}

describe("turnstile", () => {
  it("lets so many in at once, the others in their order", async () => {
    const enter = turnstile(2)
    const log: string[] = []
    const [first, second] = [held(), held()]
    const all = [
      enter(never, first.work),
      enter(never, second.work),
      enter(never, async () => void log.push("third")),
      enter(never, async () => void log.push("fourth")),
    ]
    await new Promise(setImmediate)
    expect(log).toEqual([])
    first.release()
    await Promise.all([all[0], all[2], all[3]])
    expect(log).toEqual(["third", "fourth"])
    second.release()
    await all[1]
  })

  it("goes on after an error", async () => {
    const enter = turnstile(1)
    await expect(enter(never, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
    await expect(enter(never, async () => 5)).resolves.toBe(5)
  })

  it("lets the impatient leave the queue, and the next one move up", async () => {
    const enter = turnstile(1)
    const controller = new AbortController()
    const first = held()
    const running = enter(never, first.work)
    const leaving = enter(controller.signal, async () => "not run")
    const staying = enter(never, async () => "run")
    controller.abort(new Error("gone"))
    await expect(leaving).rejects.toThrow("gone")
    first.release()
    await running
    await expect(staying).resolves.toBe("run")
    await expect(enter(controller.signal, async () => "not run")).rejects.toThrow("gone")
  })
})
