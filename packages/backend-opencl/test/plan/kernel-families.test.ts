import { describe, expect, it } from "vitest"
import { Builder } from "../../src/graph/builder.js"
import { makeTensor } from "../../src/graph/tensor.js"
import type { KernelDevice } from "../../src/kernels/kernel-device.js"
import { lower } from "../../src/plan/lower.js"
import { deviceOf, gpu } from "../kernels/vector-widths.js"

/** Items of each group that a small network of images launches. */
function groupsOf(device: KernelDevice): readonly number[] {
  const builder = new Builder(async () => [])
  const x = makeTensor("float32", [1, 32, 40, 40], { kind: "input", name: "x" })
  const weights = makeTensor("float32", [32, 32, 3, 3], { kind: "input", name: "w" })
  const matrix = makeTensor("float32", [40, 50], { kind: "input", name: "m" })
  const options = { groups: 1, strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] }
  const image = builder.convolution([x, weights], x.shape, options)
  const root = builder.softmax(builder.matmul(image, matrix), false)
  const { steps } = lower(device, 64, builder.operations, [root])
  return steps.map(({ local }) => local.reduce((product, length) => product * length, 1))
}

describe("The kernels of a kind of device", () => {
  it("have groups of one item on a CPU, but for those whose items don't know of each other.", () => {
    expect(groupsOf(deviceOf(16)).filter((items) => items === 1).length).toBeGreaterThan(3)
  })

  it("have groups of many on a GPU that has room for them, and of one where it hasn't.", () => {
    expect(Math.min(...groupsOf(gpu))).toBeGreaterThanOrEqual(16)
    expect(groupsOf({ ...gpu, largestGroup: 32 })).toEqual(groupsOf({ ...deviceOf(4), computeUnits: 108 }))
  })
})
