import { describe, expect, it } from "vitest"
import { OpenCLError } from "../../src/objects/index.js"
import { context, device, queue, thrown } from "./fixture.js"

/** Sixteen pixels of four bytes, each the number of its place. */
const pixels = Uint8Array.from({ length: 64 }, (_, index) => index)
const square = { width: 4, height: 4, format: { channels: "rgba", type: "uint8" } } as const

describe.skipIf(!device.hasImages)("an image", () => {
  it("starts with pixels, and gives them back", async () => {
    using image = context.createImage(square, pixels)
    expect(image.sides).toEqual([4, 4, 1])
    expect(image.pixelLength).toBe(4)
    expect(await image.read(queue, new Uint8Array(64))).toEqual(pixels)
  })

  it("is read and written in part", async () => {
    using image = context.createImage(square, pixels)
    await image.write(queue, new Uint8Array(8).fill(99), { origin: [1, 2], size: [2, 1] })
    const row = await image.read(queue, new Uint8Array(16), { origin: [0, 2], size: [4, 1] })
    expect(row).toEqual(Uint8Array.of(32, 33, 34, 35, ...new Array(8).fill(99), 44, 45, 46, 47))
  })

  it("is filled and copied, to images and to buffers", async () => {
    using image = context.createImage(square, pixels)
    using other = context.createImage(square, new Uint8Array(64))
    using buffer = context.createBuffer(64)
    image.enqueueFill(queue, Uint32Array.of(1, 2, 3, 4), { size: [1, 1] })
    image.enqueueCopy(queue, other, { size: [2, 1], toOrigin: [2, 3] })
    other.enqueueCopyToBuffer(queue, buffer, { origin: [2, 3], size: [2, 1], offset: 8 })
    expect(await buffer.read(queue, new Uint8Array(8), { offset: 8 })).toEqual(Uint8Array.of(1, 2, 3, 4, 4, 5, 6, 7))
    other.enqueueCopyFromBuffer(queue, buffer, { origin: [0, 0], size: [2, 1], offset: 8 })
    expect((await other.read(queue, new Uint8Array(64))).subarray(0, 8)).toEqual(Uint8Array.of(1, 2, 3, 4, 4, 5, 6, 7))
  })

  it("is mapped, row by row", async () => {
    using image = context.createImage(square, pixels)
    const region = await image.map(queue, { origin: [1, 1], size: [2, 2] })
    expect(region.rowPitch).toBeGreaterThanOrEqual(8)
    const view = new Uint8Array(region.bytes)
    expect(Array.from(view.subarray(region.rowPitch, region.rowPitch + 4))).toEqual([36, 37, 38, 39])
    view[region.rowPitch] = 200
    using unmapped = region.enqueueUnmap()
    await unmapped.finished
    expect((await image.read(queue, new Uint8Array(64)))[36]).toBe(200)
  })

  it.each([
    ["1d", { width: 4 }, [4, 1, 1]],
    ["1d-array", { width: 4, images: 3 }, [4, 3, 1]],
    ["2d-array", { width: 4, height: 2, images: 3 }, [4, 2, 3]],
    ["3d", { width: 4, height: 2, depth: 3 }, [4, 2, 3]],
  ] as const)("has the shape %s", async (shape, sides, expected) => {
    using image = context.createImage({ shape, ...sides, format: { channels: "r", type: "float32" } })
    expect(image.sides).toEqual(expected)
    const content = Float32Array.from({ length: expected[0] * expected[1] * expected[2] }, (_, index) => index / 3)
    await image.write(queue, content)
    expect(await image.read(queue, new Float32Array(content.length))).toEqual(content)
  })

  it("is sampled by kernels", async () => {
    using program = await context.createProgram(`
      kernel void sample(read_only image2d_t image, sampler_t sampler, global float4 *to, const float2 at) {
        to[0] = read_imagef(image, sampler, at);
      }`)
    const format = { channels: "rgba", type: "float32" } as const
    using image = context.createImage({ width: 2, height: 1, format }, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))
    using to = context.createBuffer(16)
    using kernel = program.createKernel("sample")
    const sample = (sampler: Parameters<typeof context.createSampler>[0], at: number[]) => {
      using made = context.createSampler(sampler)
      kernel.setArguments(image, made, to, at).enqueue(queue, 1)
      return to.readSync(queue, new Float32Array(4))
    }
    expect(sample({}, [1.2, 0])).toEqual(Float32Array.of(5, 6, 7, 8))
    expect(sample({ addressing: "border" }, [2, 0])).toEqual(Float32Array.of(0, 0, 0, 0))
    expect(sample({ addressing: "edge" }, [9, 0])).toEqual(Float32Array.of(5, 6, 7, 8))
    expect(sample({ filter: "linear", addressing: "edge" }, [1, 0.5])).toEqual(Float32Array.of(3, 4, 5, 6))
  })

  it("has formats that the context lists", () => {
    const formats = context.imageFormats("2d")
    expect(formats).toContainEqual({ channels: "rgba", type: "unorm8" })
    for (const format of formats) {
      using image = context.createImage({ width: 2, height: 2, format })
      expect(image.format).toEqual(format)
    }
  })
})

describe.skipIf(!device.hasImages)("an image refuses", () => {
  const image = context.createImage(square)

  it.each([
    ["pixels too few", () => context.createImage(square, new Uint8Array(63))],
    ["no width", () => context.createImage({ width: 0 })],
    ["half a row", () => context.createImage({ width: 4, height: 0.5 })],
    ["a region past its end", () => image.enqueueFill(queue, new Uint32Array(4), { origin: [3], size: [2] })],
    ["an origin below 0", () => image.enqueueFill(queue, new Uint32Array(4), { origin: [-1] })],
    ["a buffer too small", () => image.enqueueCopyToBuffer(queue, context.createBuffer(63))],
    ["a read into too little", () => image.enqueueRead(queue, new Uint8Array(63))],
  ])("%s, by a RangeError", (_, action) => {
    expect(thrown(action)).toBeInstanceOf(RangeError)
  })

  it.each([
    ["a colour of another kind", () => image.enqueueFill(queue, new Float32Array(4))],
    ["a colour of three", () => image.enqueueFill(queue, new Uint32Array(3))],
    [
      "channels that there aren't",
      () => context.createImage({ width: 1, format: { channels: "cmyk", type: "int8" } as never }),
    ],
    [
      "a type that there isn't",
      () => context.createImage({ width: 1, format: { channels: "r", type: "float64" } as never }),
    ],
    ["a shape that there isn't", () => context.createImage({ width: 1, shape: "4d" as never })],
    ["a buffer for an image", () => image.enqueueCopy(queue, context.createBuffer(64) as never)],
    ["a filter that there isn't", () => context.createSampler({ filter: "cubic" as never })],
  ])("%s, by a TypeError", (_, action) => {
    expect(thrown(action)).toBeInstanceOf(TypeError)
  })

  it("sizes beyond the device's, with the bytes asked for", () => {
    const error = thrown(() => context.createImage({ width: 2 ** 20, height: 2 ** 20 }))
    expect(error).toBeInstanceOf(OpenCLError)
    expect(error.message).toContain(`${2 ** 42} bytes`)
  })
})
