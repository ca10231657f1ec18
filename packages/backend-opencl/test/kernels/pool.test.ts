import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { kernelsFor } from "../../src/kernels/device-kernels.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { blockedByteLength, toBlocked, toPlain } from "../../src/kernels/layout.js"
import type { PoolShape } from "../../src/kernels/pool.js"
import { triedIn } from "../fast-form.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const odd: PoolShape = {
  batch: 2,
  channels: 21,
  size: [9, 11],
  outputSize: [5, 6],
  kernel: [3, 3],
  strides: [2, 2],
  dilations: [1, 1],
  pads: [1, 1],
}

const shapes: Readonly<Record<string, PoolShape>> = {
  "windows over the edges": odd,
  "no padding": { ...odd, outputSize: [4, 5], pads: [0, 0] },
  "windows that end outside": { ...odd, outputSize: [5, 6], kernel: [2, 2], pads: [0, 0] },
  "strides of one": { ...odd, outputSize: [9, 11], strides: [1, 1] },
  "a dilation": { ...odd, outputSize: [7, 9], strides: [1, 1], dilations: [2, 2] },
  "a stride for each axis": { ...odd, outputSize: [3, 5], kernel: [3, 2], strides: [3, 2], pads: [0, 0] },
  "the whole image": { ...odd, outputSize: [1, 1], kernel: [9, 11], strides: [1, 1], pads: [0, 0] },
}

type Kind = "largest" | "mean" | "meanWithPadding"

/** Pooling as ONNX defines it, in the plain layout. */
function plainPool(shape: PoolShape, input: Float32Array, kind: Kind): Float32Array {
  const { batch, channels, size, outputSize, kernel, strides, dilations, pads } = shape
  const output = new Float32Array(batch * channels * outputSize[0] * outputSize[1])
  let element = 0
  for (let image = 0; image < batch * channels; image += 1)
    for (let y = 0; y < outputSize[0]; y += 1)
      for (let x = 0; x < outputSize[1]; x += 1) {
        const window: number[] = []
        for (let kernelRow = 0; kernelRow < kernel[0]; kernelRow += 1)
          for (let kernelColumn = 0; kernelColumn < kernel[1]; kernelColumn += 1) {
            const row = y * strides[0] - pads[0] + kernelRow * dilations[0]
            const column = x * strides[1] - pads[1] + kernelColumn * dilations[1]
            if (row >= 0 && row < size[0] && column >= 0 && column < size[1])
              window.push(input[(image * size[0] + row) * size[1] + column] as number)
          }
        const sum = window.reduce((total, one) => total + one, 0)
        const divisor = kind === "mean" ? window.length : kernel[0] * kernel[1]
        output[element] = kind === "largest" ? Math.max(...window) : sum / divisor
        element += 1
      }
  return output
}

describe.skipIf(missingDriver("pocl"))("pooling", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  function setImage({ batch, channels, size }: PoolShape): Float32Array {
    const image = randomFloats(batch * channels * size[0] * size[1])
    runner.set("image", image)
    runner.set("input", blockedByteLength(batch, channels, ...size) / 4)
    runner.run(toBlocked(batch, channels, size[0] * size[1]), { input: "image", output: "input" })
    return image
  }

  async function readPlain(batch: number, channels: number, pixels: number): Promise<Float32Array> {
    runner.set("plain", batch * channels * pixels)
    runner.run(toPlain(batch, channels, pixels), { input: "output", output: "plain" })
    return runner.read("plain")
  }

  const families = [
    ...vectorWidths.map((width) => ({ title: `in vectors of ${width}`, kernels: kernelsFor(deviceOf(width)) })),
    { title: "of which an item has four channels of a pixel", kernels: kernelsFor(gpu) },
  ]
  const kinds = ["largest", "mean", "meanWithPadding"] as const
  describe.each(families)("$title", ({ title, kernels }) => {
    const family = families.findIndex((one) => one.title === title)
    describe.each(kinds)("to the %s", (kind) => {
      it.each(triedIn(Object.keys(shapes), kinds[(kinds.indexOf(kind) + family) % kinds.length], kinds))(
        "with %s",
        async (name) => {
          const shape = shapes[name] as PoolShape
          const { batch, channels, outputSize } = shape
          const image = setImage(shape)
          const { epilogue, after } = reluPlusChannel
          runner.set("output", blockedByteLength(batch, channels, ...outputSize) / 4)
          runner.run(kernels.pool(shape, { kind, epilogue }))
          const pixels = outputSize[0] * outputSize[1]
          const expected = plainPool(shape, image, kind).map((value, index) =>
            after(value, Math.floor(index / pixels) % channels),
          )
          expect(relativeError(await readPlain(batch, channels, pixels), expected)).toBeLessThan(1e-6)
        },
      )
    })

    it.each([1, 3, 4, 99])("of whole images of %i pixels", async (pixels) => {
      const shape: PoolShape = { ...odd, size: [1, pixels], outputSize: [1, 1], kernel: [1, pixels], pads: [0, 0] }
      const image = setImage(shape)
      runner.set("output", blockedByteLength(shape.batch, shape.channels, 1, 1) / 4)
      runner.run(kernels.globalMean({ ...shape, pixels }, noEpilogue))
      const got = await readPlain(shape.batch, shape.channels, 1)
      expect(relativeError(got, plainPool(shape, image, "mean"))).toBeLessThan(1e-6)
    })
  })
})
