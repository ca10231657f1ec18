import { describe, expect, it } from "vitest"
import { Builder } from "../../src/graph/builder.js"
import { makeTensor, type Tensor } from "../../src/graph/tensor.js"
import { Storage } from "../../src/launch.js"
import { lower } from "../../src/plan/lower.js"
import type { LoweredStep } from "../../src/plan/lowering.js"
import { deviceOf } from "../kernels/vector-widths.js"

/** An image of 32 channels that lies in blocks, as convolutions leave it. */
function convolved(builder: Builder, height: number, width: number): Tensor {
  const x = makeTensor("float32", [1, 32, height, width], { kind: "input", name: "x" })
  const weights = makeTensor("float32", [32, 32, 1, 1], { kind: "input", name: "w" })
  const options = { groups: 1, strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] }
  return builder.convolution([x, weights], x.shape, options)
}

const joined: Readonly<Record<string, (builder: Builder) => Tensor>> = {
  "An image beside itself": (builder) => {
    const image = convolved(builder, 4, 4)
    return builder.concat([image, image], 1)
  },
  "An image beside itself, twice in one whole": (builder) => {
    const image = convolved(builder, 4, 4)
    const whole = builder.concat([image, convolved(builder, 4, 4), image], 1)
    return builder.concat([whole, image], 1)
  },
  "An image of one pixel beside itself in another shape": (builder) => {
    const image = convolved(builder, 1, 1)
    const view = builder.reshape(builder.reshape(image, [32]), [1, 32, 1, 1])
    return builder.concat([image, view], 1)
  },
}

/** OpenCL leaves open what a kernel reads of memory that it writes by another buffer. */
function overlaps({ arguments: values, outputs }: LoweredStep): boolean {
  const storages = values.filter((value): value is Storage => value instanceof Storage)
  return outputs.some((output) => {
    const others = storages.toSpliced(storages.indexOf(output), 1)
    return others.some((other) => {
      const [written, read] = [output.root, other.root]
      if (written.storage !== read.storage) return false
      return written.offset < read.offset + other.byteLength && read.offset < written.offset + output.byteLength
    })
  })
}

describe("What kernels read and write", () => {
  for (const [name, join] of Object.entries(joined)) {
    it(`${name} is never the same memory.`, () => {
      const builder = new Builder(async () => [])
      const whole = join(builder)
      const { steps } = lower(deviceOf(16), 64, builder.operations, [whole])
      expect(steps.length).toBeGreaterThan(2)
      expect(steps.filter(overlaps)).toEqual([])
    })
  }
})
