import { describe, expect, it } from "vitest"
import { context, device, program, queue, thrown } from "./fixture.js"

const { coarseGrainBuffer, fineGrainBuffer } = device.sharedVirtualMemory

describe.skipIf(!coarseGrainBuffer)("coarse-grained shared memory", () => {
  it("is mapped by JavaScript and used by kernels", async () => {
    using memory = context.createSharedMemory(16)
    const region = await memory.map(queue, { access: "overwrite" })
    new Float32Array(region.bytes).set([1, 2, 3, 4])
    region.release()
    using scale = program.createKernel("scale")
    scale.setArguments(memory, 10).enqueue(queue, 4)
    using after = await memory.map(queue, { access: "read" })
    expect(new Float32Array(after.bytes)).toEqual(Float32Array.of(10, 20, 30, 40))
    expect(() => memory.bytes).toThrow("isn't fine-grained")
  })

  it("is filled and copied", async () => {
    using from = context.createSharedMemory(8)
    using to = context.createSharedMemory(8)
    from.enqueueFill(queue, Uint16Array.of(0x0201))
    from.enqueueCopy(queue, to)
    using region = await to.map(queue)
    expect(new Uint8Array(region.bytes)).toEqual(Uint8Array.of(1, 2, 1, 2, 1, 2, 1, 2))
  })

  it("may be released while kernels use it", async () => {
    using spin = program.createKernel("spin")
    for (let time = 0; time < 20; time += 1) {
      using memory = context.createSharedMemory(1 << 16)
      spin.setArguments(memory, 2000).enqueue(queue, 1 << 14)
    }
    await queue.finish()
  })

  it("that was released isn't an argument any more", () => {
    using scale = program.createKernel("scale")
    const memory = context.createSharedMemory(16)
    scale.setArguments(memory, 1)
    memory.release()
    expect(() => scale.enqueue(queue, 1)).toThrow("shared memory that has been released")
  })

  it.each([0, -1, 1.5])("has no %s bytes", (byteLength) => {
    expect(thrown(() => context.createSharedMemory(byteLength))).toBeInstanceOf(RangeError)
  })

  it("of more bytes than there are is an error that says how many", () => {
    expect(() => context.createSharedMemory(2 ** 50)).toThrow(`${2 ** 50} bytes of shared memory were asked for`)
  })
})

describe.skipIf(!fineGrainBuffer)("fine-grained shared memory", () => {
  it("is the same for JavaScript and for kernels", async () => {
    using memory = context.createSharedMemory(16, { fineGrained: true })
    const view = new Float32Array(memory.bytes)
    view.set([1, 2, 3, 4])
    using scale = program.createKernel("scale")
    scale.setArguments(memory, 2).enqueue(queue, 4)
    await queue.finish()
    expect(view).toEqual(Float32Array.of(2, 4, 6, 8))
    expect(memory.bytes).toBe(view.buffer)
  })

  it("throws when it is released; a view that is left has no bytes, or still has its memory", () => {
    const memory = context.createSharedMemory(16, { fineGrained: true })
    const view = new Uint8Array(memory.bytes)
    view.fill(5)
    memory.release()
    expect(thrown(() => memory.bytes)).toBeInstanceOf(TypeError)
    const kept =
      typeof (ArrayBuffer.prototype as { transfer?: unknown }).transfer === "function" ? [] : Array(16).fill(5)
    expect(Array.from({ length: view.length }, (_, index) => view[index])).toEqual(kept)
  })
})
