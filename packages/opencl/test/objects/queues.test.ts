import { describe, expect, it } from "vitest"
import { type CommandEvent, createContext, OpenCLError } from "../../src/objects/index.js"
import { context, device, program, queue, startSpinning, thrown } from "./fixture.js"

describe("a queue", () => {
  it("finishes as a promise, while JavaScript goes on", async () => {
    using spinning = startSpinning()
    let turns = 0
    const counting = setInterval(() => (turns += 1), 1)
    await queue.finish()
    clearInterval(counting)
    expect(spinning.status).toBe("complete")
    expect(turns).toBeGreaterThan(2)
  })

  it("finishes as a call that blocks", () => {
    using gate = context.createUserEvent()
    using spinning = startSpinning({ after: gate })
    expect(spinning.status).not.toBe("complete")
    gate.complete()
    queue.finishSync()
    expect(spinning.status).toBe("complete")
  })

  it("out of order runs what may run, and keeps to events, markers and barriers", async () => {
    using free = context.createQueue({ outOfOrder: device.hasOutOfOrderQueues })
    using buffer = context.createBuffer(Float32Array.of(1))
    using scale = program.createKernel("scale")
    const events: CommandEvent[] = []
    for (let step = 0; step < 20; step += 1) {
      const after = events.slice(-1)
      events.push(scale.setArguments(buffer, step % 2 === 0 ? 2 : 3).enqueue(free, 1, { after, event: true }))
    }
    using marker = free.enqueueMarker({ after: events })
    await marker.finished
    expect(buffer.readSync(queue, new Float32Array(1))).toEqual(Float32Array.of(6 ** 10))
    scale.setArguments(buffer, 0).enqueue(free, 1)
    free.enqueueBarrier()
    expect(await buffer.read(free, new Float32Array(1))).toEqual(Float32Array.of(0))
    using barrier = free.enqueueBarrier({ event: true })
    await barrier.finished
    expect(barrier.status).toBe("complete")
  })

  it("takes ten thousand kernels without growing", async () => {
    using buffer = context.createBuffer(Float32Array.of(0))
    using other = context.createProgramSync("kernel void count(global float *to) { to[0] += 1; }")
    using count = other.createKernel("count")
    count.setArguments(buffer)
    const run = async () => {
      for (let time = 0; time < 10_000; time += 1) count.enqueue(queue, 1)
      await queue.finish()
    }
    await run()
    const { arrayBuffers, external } = process.memoryUsage()
    await run()
    const after = process.memoryUsage()
    expect(after.arrayBuffers - arrayBuffers).toBeLessThan(100_000)
    expect(after.external - external).toBeLessThan(100_000)
    expect(await buffer.read(queue, new Float32Array(1))).toEqual(Float32Array.of(20_000))
  })

  it("is for a device of its context", () => {
    expect(context.createQueue({ device }).device).toBe(device)
    for (const wrong of [null, {}, 1n]) {
      expect(thrown(() => context.createQueue({ device: wrong as never }))).toBeInstanceOf(TypeError)
    }
  })
})

describe("an event", () => {
  it("is awaited, by many, before and after", async () => {
    using event = startSpinning()
    await Promise.all([event.finished, event.finished])
    await event.finished
    expect(event.status).toBe("complete")
    event.waitSync()
  })

  it("goes through its states", async () => {
    using gate = context.createUserEvent()
    using marker = queue.enqueueMarker({ after: gate })
    expect(["queued", "submitted"]).toContain(marker.status)
    gate.complete()
    await marker.finished
    expect(marker.status).toBe("complete")
  })

  it("knows the nanoseconds in which its command ran", async () => {
    using timed = context.createQueue({ profiling: true })
    using buffer = context.createBuffer(4)
    using spin = program.createKernel("spin")
    const started = process.hrtime.bigint()
    using event = spin.setArguments(buffer, 5_000_000).enqueue(timed, 1, { event: true })
    await event.finished
    const took = Number(process.hrtime.bigint() - started)
    const { queued, submitted, started: start, ended, duration } = event.times
    expect(queued <= submitted && submitted <= start && start < ended).toBe(true)
    expect(duration).toBe(Number(ended - start))
    expect(duration).toBeGreaterThan(took / 100)
    expect(duration).toBeLessThan(took)
  })

  it("knows no times without profiling", async () => {
    using event = queue.enqueueMarker()
    await event.finished
    expect(thrown(() => event.times)).toMatchObject({ code: "PROFILING_INFO_NOT_AVAILABLE" })
  })

  it("may be released while it is awaited", async () => {
    const event = startSpinning()
    const { finished } = event
    event.release()
    await finished
    expect(thrown(() => event.status)).toBeInstanceOf(TypeError)
  })

  it.each([null, {}, 1n, [null], [{}]])("isn't %o", (wrong) => {
    expect(thrown(() => queue.enqueueMarker({ after: wrong as never }))).toBeInstanceOf(TypeError)
  })

  it("of another context can't be waited for", () => {
    using other = createContext(device)
    using event = other.createUserEvent()
    expect(() => queue.enqueueMarker({ after: event })).toThrow("belongs to another context")
    event.complete()
  })
})

describe("a user event", () => {
  it("holds commands back until it is completed", async () => {
    using buffer = context.createBuffer(Float32Array.of(1))
    using gate = context.createUserEvent()
    const reading = buffer.read(queue, new Float32Array(1), { after: gate })
    let settled = false
    void reading.then(() => (settled = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(settled).toBe(false)
    gate.complete()
    expect(await reading).toEqual(Float32Array.of(1))
    await gate.finished
  })

  it("is settled once", () => {
    using gate = context.createUserEvent()
    gate.complete()
    expect(thrown(() => gate.complete())).toBeInstanceOf(TypeError)
    expect(thrown(() => gate.fail())).toBeInstanceOf(TypeError)
  })

  // Intel's CPU driver (2026) runs commands all the same.
  const isIntel = /^Intel/.test(device.platform.name)

  it.skipIf(isIntel)("that fails makes what waits for it fail", async () => {
    using failing = context.createQueue()
    using gate = context.createUserEvent()
    using marker = failing.enqueueMarker({ after: gate })
    const { finished } = marker
    gate.fail()
    const error = await finished.then(
      () => new Error("It succeeded."),
      (reason) => reason,
    )
    expect(error).toBeInstanceOf(OpenCLError)
    expect(error.code).toBe("EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST")
    expect(marker.status).toBe("failed")
  })

  it.skipIf(isIntel)("that is released unsettled fails, so that nothing waits for ever", async () => {
    using failing = context.createQueue()
    const gate = context.createUserEvent()
    using marker = failing.enqueueMarker({ after: gate })
    const { finished } = marker
    gate.release()
    expect(await finished.catch((error) => error instanceof OpenCLError)).toBe(true)
  })
})
