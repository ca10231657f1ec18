/** Host memory: whose it is while the driver reads or writes it, and what lies outside of it. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { eventKind } from "../src/compat/kinds.js"
import { livingHandles } from "../src/compat/objects.js"
import * as cl from "../src/index.js"
import { build, device, thrown } from "./device.js"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

/** Collects what nobody holds, and lets finalizers run. */
async function collectAll(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const { context, queue } = device()

describe("memory of a command that doesn't block", () => {
  it.each([8, 64, 4096, 1 << 20])("is held until the command is over: %i bytes", async (byteLength) => {
    const buffer = cl.createBuffer(context, 0, byteLength)
    const gate = cl.createUserEvent(context)
    const write = () => {
      const bytes = new Uint8Array(byteLength).fill(7)
      const weak = new WeakRef(bytes)
      cl.enqueueWriteBuffer(queue, buffer, false, 0, byteLength, bytes, [gate])
      return weak
    }
    const weak = write()
    await collectAll()
    const others = Array.from({ length: 100 }, () => new Uint8Array(byteLength).fill(9))
    expect(weak.deref(), "the command's memory").toBeDefined()
    cl.setUserEventStatus(gate, cl.COMPLETE)
    cl.finish(queue)
    const result = new Uint8Array(byteLength)
    cl.enqueueReadBuffer(queue, buffer, true, 0, byteLength, result)
    expect(result.every((byte) => byte === 7)).toBe(true)
    expect(others.length).toBe(100)
    cl.releaseMemObject(buffer)
  })

  it("is let go when it is over", async () => {
    const buffer = cl.createBuffer(context, 0, 1 << 16)
    const write = () => {
      const bytes = new Uint8Array(1 << 16)
      cl.enqueueWriteBuffer(queue, buffer, false, 0, bytes.length, bytes)
      return new WeakRef(bytes)
    }
    const weak = write()
    cl.finish(queue)
    await collectAll()
    expect(weak.deref()).toBeUndefined()
  })
})

describe("memory that a buffer works on (MEM_USE_HOST_PTR)", () => {
  it("lives as long as the buffer and the commands that use it", async () => {
    const kernel = build(context, "kernel void f(global uchar *x) { x[get_global_id(0)] += 1; }", "f")
    const gate = cl.createUserEvent(context)
    const launch = () => {
      const bytes = new Uint8Array(1 << 16).fill(1)
      const buffer = cl.createBuffer(context, cl.MEM_USE_HOST_PTR, bytes.length, bytes)
      cl.setKernelArg(kernel, 0, "uchar*", buffer)
      cl.enqueueNDRangeKernel(queue, kernel, 1, null, [bytes.length], null, [gate])
      cl.releaseMemObject(buffer)
      return new WeakRef(bytes)
    }
    const weak = launch()
    await collectAll()
    expect(weak.deref(), "the buffer is released, its command waits").toBeDefined()
    cl.setUserEventStatus(gate, cl.COMPLETE)
    cl.finish(queue)
    expect(weak.deref()?.every((byte) => byte === 2)).toBe(true)
    await collectAll()
    cl.finish(queue)
    await collectAll()
    expect(weak.deref(), "nothing uses it any more").toBeUndefined()
  })

  it("outlives a queue that was released before its commands were over", async () => {
    const other = device()
    const kernel = build(other.context, "kernel void f(global uchar *x) { x[get_global_id(0)] += 1; }", "f")
    const gate = cl.createUserEvent(other.context)
    const launch = () => {
      const bytes = new Uint8Array(4096).fill(1)
      const buffer = cl.createBuffer(other.context, cl.MEM_USE_HOST_PTR, bytes.length, bytes)
      cl.setKernelArg(kernel, 0, "uchar*", buffer)
      cl.enqueueNDRangeKernel(other.queue, kernel, 1, null, [bytes.length], null, [gate])
      cl.flush(other.queue)
      cl.releaseCommandQueue(other.queue)
      cl.releaseMemObject(buffer)
      return new WeakRef(bytes)
    }
    const weak = launch()
    await collectAll()
    expect(weak.deref()).toBeDefined()
    cl.setUserEventStatus(gate, cl.COMPLETE)
  })
})

describe("objects that a program loses", () => {
  const events = () => livingHandles(eventKind).length

  it("are released when they are collected, as in node-opencl", async () => {
    await collectAll()
    const before = events()
    const lose = () => {
      for (let count = 0; count < 100; count += 1) cl.createUserEvent(context)
    }
    lose()
    expect(events()).toBe(before + 100)
    await collectAll()
    expect(events()).toBe(before)
  })

  it("are none when they are released: what node-opencl's test_leak1.js watches", () => {
    const before = events()
    for (let count = 0; count < 1000; count += 1) cl.releaseEvent(cl.createUserEvent(context))
    expect(events()).toBe(before)
  })

  it("stay while they are arguments of a kernel", async () => {
    const kernel = build(context, "kernel void f(global int *x) { *x = 1; }", "f")
    const set = () => {
      cl.setKernelArg(kernel, 0, cl.createBuffer(context, 0, 4))
    }
    set()
    await collectAll()
    expect(cl.enqueueTask(queue, kernel)).toBe(0)
    cl.finish(queue)
  })

  it("stay while their memory is mapped", async () => {
    const map = () => cl.enqueueMapBuffer(queue, cl.createBuffer(context, 0, 4096), true, cl.MAP_WRITE, 0, 4096)
    const mapping = map()
    await collectAll()
    expect(() => new Uint8Array(mapping).fill(1)).not.toThrow()
  })
})

describe("a mapping", () => {
  it("is the object's memory, from map to unmap", () => {
    const buffer = cl.createBuffer(context, 0, 64)
    const mapping = cl.enqueueMapBuffer(queue, buffer, true, cl.MAP_WRITE, 16, 8)
    new Uint8Array(mapping).fill(5)
    expect([...mapping.buffer]).toEqual(Array(8).fill(5))
    expect(cl.getMemObjectInfo(buffer, cl.MEM_MAP_COUNT)).toBe(1)
    cl.enqueueUnmapMemObject(queue, buffer, mapping)
    expect(mapping.buffer.length).toBe(0)
    const result = new Uint8Array(64)
    cl.enqueueReadBuffer(queue, buffer, true, 0, 64, result)
    expect([...result.subarray(16, 24)]).toEqual(Array(8).fill(5))
  })

  it("can be unmapped once, from its own object", () => {
    const [buffer, other] = [cl.createBuffer(context, 0, 64), cl.createBuffer(context, 0, 64)]
    const mapping = cl.enqueueMapBuffer(queue, buffer, true, cl.MAP_READ, 0, 64)
    expect(thrown(() => cl.enqueueUnmapMemObject(queue, other, mapping)).code).toBe("INVALID_VALUE")
    expect(cl.enqueueUnmapMemObject(queue, buffer, new Uint8Array(mapping))).toBe(0)
    expect(thrown(() => cl.enqueueUnmapMemObject(queue, buffer, mapping)).code).toBe("INVALID_VALUE")
    expect(thrown(() => cl.enqueueUnmapMemObject(queue, buffer, new ArrayBuffer(64))).code).toBe("INVALID_VALUE")
  })

  it("of an image has lines and planes", () => {
    const format = { channel_order: cl.RGBA, channel_data_type: cl.UNSIGNED_INT8 }
    const image = cl.createImage(context, 0, format, { type: cl.MEM_OBJECT_IMAGE2D, width: 4, height: 4 })
    cl.enqueueFillImage(queue, image, Uint32Array.of(1, 2, 3, 4), [0, 0, 0], [4, 4, 1])
    const mapping = cl.enqueueMapImage(queue, image, true, cl.MAP_READ, [1, 1, 0], [2, 2, 1])
    const second = new Uint8Array(mapping, mapping.image_row_pitch, 8)
    expect([...second]).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
    cl.enqueueUnmapMemObject(queue, image, mapping)
  })

  it("of an image ends with the last pixel: what would follow it isn't the program's", () => {
    const format = { channel_order: cl.RGBA, channel_data_type: cl.UNSIGNED_INT8 }
    const bytes = (description: cl.ImageDescription, origin: number[], region: number[]) => {
      const image = cl.createImage(context, 0, format, description)
      const mapping = cl.enqueueMapImage(queue, image, true, cl.MAP_READ, origin, region)
      const { byteLength, image_row_pitch: row, image_slice_pitch: slices } = mapping
      cl.enqueueUnmapMemObject(queue, image, mapping)
      return { byteLength, row, slice: Number(slices.readBigUInt64LE()) }
    }
    const plane = { type: cl.MEM_OBJECT_IMAGE2D, width: 4, height: 4 }
    expect(bytes(plane, [2, 2], [2, 2])).toMatchObject({ byteLength: 24, row: 16 })
    const lines = bytes({ type: cl.MEM_OBJECT_IMAGE1D_ARRAY, width: 4, array_size: 3 }, [1, 1], [2, 2])
    expect(lines.byteLength).toBe(lines.slice + 8)
    const volume = bytes({ type: cl.MEM_OBJECT_IMAGE3D, width: 4, height: 4, depth: 4 }, [2, 2, 2], [2, 2, 2])
    expect(volume.byteLength).toBe(volume.slice + volume.row + 8)
  })
})

describe("what lies outside", () => {
  const buffer = cl.createBuffer(context, 0, 64)
  const format = { channel_order: cl.RGBA, channel_data_type: cl.UNSIGNED_INT8 }
  const image = cl.createImage(context, 0, format, { type: cl.MEM_OBJECT_IMAGE2D, width: 8, height: 8 })
  const bytes = (length: number) => new Uint8Array(length)

  it.each<[string, () => unknown]>([
    ["host memory, reading", () => cl.enqueueReadBuffer(queue, buffer, true, 0, 64, bytes(63))],
    ["host memory, writing", () => cl.enqueueWriteBuffer(queue, buffer, true, 0, 64, bytes(63))],
    ["the buffer, reading", () => cl.enqueueReadBuffer(queue, buffer, true, 1, 64, bytes(64))],
    ["the buffer, filling", () => cl.enqueueFillBuffer(queue, buffer, 1, 64, 4)],
    ["the buffer, copying", () => cl.enqueueCopyBuffer(queue, buffer, buffer, 0, 60, 8)],
    ["the buffer, mapping", () => cl.enqueueMapBuffer(queue, buffer, true, cl.MAP_READ, 60, 8)],
    ["host memory, by lines", () => rect([0, 0, 0], [4, 4, 1], 8, bytes(27))],
    ["the buffer, by lines", () => rect([4, 0, 0], [4, 16, 1], 4, bytes(64), 4)],
    ["host memory of an image", () => cl.enqueueReadImage(queue, image, true, [0, 0], [8, 8], 0, 0, bytes(255))],
    ["the image", () => cl.enqueueReadImage(queue, image, true, [1, 0], [8, 8], 0, 0, bytes(256))],
    ["the image's planes", () => cl.enqueueWriteImage(queue, image, true, [0, 0], [8, 8, 2], 0, 0, bytes(512))],
    ["an empty region", () => cl.enqueueReadImage(queue, image, true, [0, 0], [8, 0], 0, 0, bytes(256))],
    ["the buffer, from an image", () => cl.enqueueCopyImageToBuffer(queue, image, buffer, [0, 0], [8, 8], 0)],
    ["the image, from a buffer", () => cl.enqueueCopyBufferToImage(queue, buffer, image, 0, [0, 0], [1, 1, 2])],
  ])("%s, is refused", (_name, call) => expect(thrown(call).code).toBe("INVALID_VALUE"))

  function rect(origin: number[], region: number[], hostPitch: number, memory: Uint8Array, pitch = 0): unknown {
    return cl.enqueueReadBufferRect(queue, buffer, true, origin, [0, 0, 0], region, pitch, 0, hostPitch, 0, memory)
  }

  it("the host memory that an object is made from, is refused", () => {
    for (const flags of [cl.MEM_COPY_HOST_PTR, cl.MEM_USE_HOST_PTR]) {
      expect(thrown(() => cl.createBuffer(context, flags, 64, bytes(63))).code).toBe("INVALID_HOST_PTR")
      const description = { type: cl.MEM_OBJECT_IMAGE2D, width: 8, height: 8 }
      expect(thrown(() => cl.createImage(context, flags, format, description, bytes(255))).code).toBe(
        "INVALID_HOST_PTR",
      )
    }
  })

  it("up to the last byte, is taken", () => {
    expect(cl.enqueueReadBuffer(queue, buffer, true, 1, 63, bytes(63))).toBe(0)
    expect(cl.enqueueReadImage(queue, image, true, [0, 0], [8, 8], 0, 0, bytes(256))).toBe(0)
    expect(rect([0, 0, 0], [4, 4, 1], 8, bytes(28))).toBe(0)
  })
})

describe("shared memory", () => {
  it("is seen by the program and by kernels", () => {
    const shared = cl.SVMAlloc(context, 0, 64)
    const kernel = build(context, "kernel void f(global int *x) { x[get_global_id(0)] += 1; }", "f")
    new Int32Array(shared).fill(41)
    cl.setKernelArgSVMPointer(kernel, 0, new Int32Array(shared, 16))
    cl.enqueueNDRangeKernel(queue, kernel, 1, null, [2])
    cl.enqueueSVMMap(queue, true, cl.MAP_READ, shared, 64)
    expect([...new Int32Array(shared).subarray(3, 7)]).toEqual([41, 42, 42, 41])
    cl.enqueueSVMUnmap(queue, shared)
    cl.finish(queue)
    cl.SVMFree(context, shared)
    expect(thrown(() => cl.SVMFree(context, shared)).code).toBe("INVALID_ARG_VALUE")
    expect(thrown(() => cl.enqueueSVMMap(queue, true, cl.MAP_READ, shared, 64)).code).toBe("INVALID_VALUE")
    expect(thrown(() => cl.enqueueNDRangeKernel(queue, kernel, 1, null, [2])).code).toBe("INVALID_KERNEL_ARGS")
  })

  it("is freed in its own context", () => {
    const shared = cl.SVMAlloc(context, 0, 64)
    const other = device().context
    expect(thrown(() => cl.SVMFree(other, shared)).code).toBe("INVALID_CONTEXT")
    expect(cl.SVMFree(context, shared)).toBe(0)
    cl.releaseContext(other)
  })

  it("is copied and filled within its bounds", () => {
    const shared = cl.SVMAlloc(context, 0, 64)
    cl.enqueueSVMMemFill(queue, shared, Uint8Array.of(1, 2), 64)
    const result = new Uint8Array(64)
    cl.enqueueSVMMemcpy(queue, true, result, shared, 64)
    expect([...result.subarray(60)]).toEqual([1, 2, 1, 2])
    expect(thrown(() => cl.enqueueSVMMemcpy(queue, true, result, shared, 65)).code).toBe("INVALID_VALUE")
    expect(thrown(() => cl.enqueueSVMMemcpy(queue, true, new Uint8Array(63), shared, 64)).code).toBe("INVALID_VALUE")
    expect(thrown(() => cl.enqueueSVMMemFill(queue, shared, new Uint8Array(3), 63)).code).toBe("INVALID_VALUE")
    cl.SVMFree(context, shared)
  })
})
