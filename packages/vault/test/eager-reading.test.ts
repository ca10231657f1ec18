import { closeSync } from "node:fs"
import { setImmediate } from "node:timers/promises"
import { describe, expect, it, onTestFinished } from "vitest"
import { eagerReading } from "../src/channel/eager-reading.js"
import { encodeFrame, type Frame } from "../src/channel/frame.js"
import { frameSocket } from "../src/channel/frame-socket.js"
import { isKnownPlatform, loadLibc } from "../src/os/libc.js"

/** Settles after all that is waiting to be done in this turn of the event loop, and before the next. */
const turnIsDone = () => new Promise<void>((resolve) => process.nextTick(() => queueMicrotask(resolve)))

describe("looking for a message", () => {
  it("waits until the caller's turn is done, and looks once however often a message is expected", async () => {
    let reads = 0
    const { expect: expected } = eagerReading(() => {
      reads++
      return true
    })
    expected()
    expected()
    expect(reads).toBe(0)
    await turnIsDone()
    expect(reads).toBe(1)
  })

  // In a fifth of a millisecond of the clock's: a machine that does something else meanwhile gets another try.
  it("looks until there is something", { retry: 5 }, async () => {
    let reads = 0
    const { expect: expected } = eagerReading(() => ++reads === 3)
    expected()
    await turnIsDone()
    expect(reads).toBe(3)
  })

  it("looks more and more seldom for what doesn't come, and every time again when something has", async () => {
    let comes = false
    let looks = 0
    let last = 0
    const { expect: expected } = eagerReading(() => {
      if (last !== looks) last = looks
      return comes
    })
    const lookedFor = async (times: number) => {
      let found = 0
      for (let i = 0; i < times; i++) {
        const before = ++looks
        expected()
        await setImmediate()
        if (last === before) found++
      }
      return found
    }
    // After 0, 1, 3, 7, 15, 31, 63 and 64 that were passed over.
    expect(await lookedFor(1 + 2 + 4 + 8 + 16 + 32 + 64 + 65)).toBe(8)
    comes = true
    await lookedFor(65)
    expect(await lookedFor(10)).toBe(10)
  })

  it("lets the event loop have its turn, however well it goes", async () => {
    let reads = 0
    const { expect: expected } = eagerReading(() => {
      reads++
      return true
    })
    let turned = false
    setTimeout(() => {
      turned = true
    }, 0)
    // Each message makes the next be expected, within one turn, until nothing is read any more.
    for (let before = -1; reads !== before; ) {
      before = reads
      expected()
      await Promise.resolve()
      await Promise.resolve()
    }
    expect(turned).toBe(false)
    expect(reads).toBeGreaterThan(0)
    const inOneTurn = reads
    // The look that was left waits for the next turn, and is not forgotten.
    await setImmediate()
    await setImmediate()
    expect(reads).toBe(inOneTurn + 1)
  })
})

describe.skipIf(!isKnownPlatform)("a channel on which messages are looked for", () => {
  async function pair() {
    const libc = await loadLibc()
    const [descriptor, other] = libc.socketPair("stream")
    const frames: Frame[] = []
    const errors: unknown[] = []
    const one = frameSocket({
      ...{ descriptor, libc: Promise.resolve(libc) },
      receive: (frame) => frames.push(frame),
      broken: (error) => errors.push(error),
    })
    one.socket.on("error", (error) => errors.push(error))
    onTestFinished(() => void one.socket.destroy())
    await setImmediate()
    return { libc, other, frames, errors, ...one }
  }

  const sent = (libc: Awaited<ReturnType<typeof loadLibc>>, descriptor: number) =>
    frameSocket({ descriptor, libc: Promise.resolve(libc), receive() {}, broken() {} })

  it("has a message without the event loop's help", async () => {
    const { libc, other, frames, expect: expected } = await pair()
    const { channel, socket } = sent(libc, other)
    onTestFinished(() => void socket.destroy())
    channel.send({ type: "hello" }, [Uint8Array.of(1, 2, 3)])
    expected()
    await turnIsDone()
    expect(frames.map(({ metadata }) => metadata)).toEqual([{ type: "hello" }])
  })

  it("has each message once, whoever reads it", async () => {
    const { libc, other, frames, expect: expected } = await pair()
    const { channel, socket } = sent(libc, other)
    onTestFinished(() => void socket.destroy())
    const block = new Uint8Array(300_000).fill(7)
    for (let number = 0; number < 200; number++) {
      channel.send({ number }, number % 3 === 0 ? [block] : [])
      if (number % 2 === 0) expected()
      if (number % 5 === 0) await setImmediate()
    }
    while (frames.length < 200) await setImmediate()
    expect(frames.map(({ metadata }) => metadata)).toEqual(Array.from({ length: 200 }, (_, number) => ({ number })))
    for (const [number, { blocks }] of frames.entries()) {
      expect(blocks.map((bytes) => Buffer.from(bytes).equals(block))).toEqual(number % 3 === 0 ? [true] : [])
    }
  })

  it("leaves the other side's end to the event loop", async () => {
    const { other, socket, errors, expect: expected } = await pair()
    const ended = new Promise((resolve) => socket.once("end", resolve))
    closeSync(other)
    expected()
    await turnIsDone()
    await ended
    expect(errors).toEqual([])
  })

  it("tells once of what is no message", async () => {
    const { libc, other, errors, expect: expected } = await pair()
    const { socket } = sent(libc, other)
    onTestFinished(() => void socket.destroy())
    socket.write("GET / HTTP/1.1\r\n\r\n")
    expected()
    await turnIsDone()
    socket.write(Buffer.concat(encodeFrame({ type: "hello" })))
    expected()
    await setImmediate()
    expect(errors).toEqual([expect.objectContaining({ code: "channel-invalid" })])
  })

  it("looks at nothing when it is closed", async () => {
    const { other, socket, frames, errors, expect: expected } = await pair()
    onTestFinished(() => closeSync(other))
    socket.destroy()
    expected()
    await turnIsDone()
    expect([frames, errors]).toEqual([[], []])
  })
})
