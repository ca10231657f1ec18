import { describe, expect, it } from "vitest"
import { type CommandEvent, createContext, type Kernel, local } from "../../src/objects/index.js"
import { context, device, program, queue, thrown } from "./fixture.js"

describe("release", () => {
  it("is what `using` does, and is safe to do twice", () => {
    const buffer = context.createBuffer(4)
    {
      using same = buffer
      expect(same.released).toBe(false)
    }
    expect(buffer.released).toBe(true)
    buffer.release()
    buffer[Symbol.dispose]()
  })

  it("of a context takes everything made from it, in any order", async () => {
    const whole = createContext(device)
    const made = await whole.createProgram("kernel void k(global int *to, local int *part) { to[0] = part[0]; }")
    const kernel = made.createKernel("k")
    const buffer = whole.createBuffer(1024)
    const line = whole.createQueue()
    const event = line.enqueueMarker()
    const gate = whole.createUserEvent()
    const region = buffer.mapSync(line)
    const children = [
      ...[made, kernel, buffer, buffer.subBuffer({ byteLength: 4 }), line, event, gate, region],
      ...[whole.createSampler(), whole.createImage({ width: 1 })],
    ]
    kernel.setArguments(buffer, local(4))
    whole.release()
    expect(children.map(({ released }) => released)).toEqual(children.map(() => true))
    for (const child of children) child.release()
  })

  it("lets commands run that were enqueued before", async () => {
    using buffer = context.createBuffer(Float32Array.of(2))
    using gate = context.createUserEvent()
    let marker: CommandEvent
    {
      using other = context.createQueue()
      using input = context.createBuffer(Float32Array.of(5))
      using kernel = program.createKernel("add")
      kernel.setArguments(buffer, input, buffer).enqueue(other, 1, { after: gate })
      marker = other.enqueueMarker()
    }
    const { finished } = marker
    gate.complete()
    await finished
    marker.release()
    expect(await buffer.read(queue, new Float32Array(1))).toEqual(Float32Array.of(7))
  })
})

describe("after release", () => {
  const gone = createContext(device)
  const buffer = gone.createBuffer(16)
  const other = gone.createBuffer(16)
  const line = gone.createQueue()
  const source = "kernel void k(global int *to) { to[0] = 1; }"
  const made = gone.createProgramSync(source)
  const kernel = made.createKernel("k").setArguments(buffer)
  const spare: Kernel = made.createKernel("k")
  const image = gone.createImage({ width: 1 })
  const event = line.enqueueMarker()
  const gate = gone.createUserEvent()
  gone.release()

  it.each<[string, () => unknown]>([
    ["a context makes no buffer", () => gone.createBuffer(1)],
    ["a context makes no queue", () => gone.createQueue()],
    ["a context makes no image", () => gone.createImage({ width: 1 })],
    ["a context makes no sampler", () => gone.createSampler()],
    ["a context makes no user event", () => gone.createUserEvent()],
    ["a context makes no program", () => gone.createProgramSync(source)],
    ["a context lists no formats", () => gone.imageFormats("2d")],
    ["a buffer isn't read", () => buffer.readSync(line, new Uint8Array(1))],
    ["a buffer isn't read by a living queue", () => buffer.readSync(queue, new Uint8Array(1))],
    ["a buffer isn't filled", () => buffer.enqueueFill(line, Uint8Array.of(1))],
    ["a buffer isn't copied", () => buffer.enqueueCopy(line, other)],
    ["a buffer has no parts", () => buffer.subBuffer()],
    ["a buffer isn't mapped", () => buffer.mapSync(line)],
    ["a living buffer isn't read by a queue", () => context.createBuffer(1).readSync(line, new Uint8Array(1))],
    ["a queue isn't finished", () => line.finishSync()],
    ["a queue isn't flushed", () => line.flush()],
    ["a queue has no markers", () => line.enqueueMarker()],
    ["a queue has no barriers", () => line.enqueueBarrier()],
    ["a program has no kernels", () => made.createKernel("k")],
    ["a program has no names", () => made.kernelNames],
    ["a program has no binaries", () => made.binaries()],
    ["a program has no log", () => made.buildLog()],
    ["a kernel isn't enqueued", () => kernel.enqueue(line, 1)],
    ["a kernel takes no arguments", () => spare.setArguments(buffer)],
    ["a kernel tells no limits", () => spare.workGroup()],
    ["an image isn't filled", () => image.enqueueFill(line, new Float32Array(4))],
    ["an image isn't read", () => image.enqueueRead(line, new Uint8Array(4))],
    ["an event has no status", () => event.status],
    ["an event has no times", () => event.times],
    ["an event isn't waited for", () => event.waitSync()],
    ["an event holds nothing back", () => queue.enqueueMarker({ after: event })],
    ["a user event isn't completed", () => gate.complete()],
  ])("%s: a TypeError", (_, action) => {
    expect(thrown(action)).toBeInstanceOf(TypeError)
  })
})
