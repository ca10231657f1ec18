import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { triedIn } from "../fast-form.js"
import { randomFloats } from "../kernels/kernel-runner.js"
import { createNetworkRunner, integers, kernelKinds, tensor } from "../operators/network-runner.js"
import { type Apply, both, type SmallModel } from "./against-onnxruntime.js"

/* Convolutions of images of slices that exporters seldom write, and what follows them, as ONNX Runtime has both. */

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)
const random = (shape: readonly number[], seed: number) =>
  tensor("float32", shape, [...randomFloats(size(shape), seed)])

type Attributes = NonNullable<Parameters<Apply>[2]>
const shape = [2, 6, 5, 7, 9]

/** A convolution of `from`, by weights of `weights`, then what follows it. */
function volumes(
  weights: readonly number[],
  attributes: Attributes = {},
  { from = shape, bias = true, after = (_: Apply, made: string) => made, rank = 5 } = {},
): SmallModel {
  return {
    inputs: { x: random(from, 1) },
    build(apply) {
      const made = apply(
        "Conv",
        ["x", random(weights, 2), ...(bias ? [random([weights[0] as number], 3)] : [])],
        attributes,
      )
      return { [after(apply, made)]: rank }
    },
  }
}

const slice = (apply: Apply, name: string, from: number, to: number, axis: number, step = 1) =>
  apply("Slice", [name, integers(from), integers(to), integers(axis), integers(step)])

const cases: Readonly<Record<string, SmallModel>> = {
  "pads of six kinds": volumes([8, 6, 3, 3, 3], { pads: [0, 1, 2, 2, 0, 1] }),
  "pads in front alone": volumes([8, 6, 2, 1, 1], { pads: [1, 0, 0, 0, 0, 0] }),
  "pads behind alone": volumes([8, 6, 1, 1, 1], { pads: [0, 0, 0, 1, 0, 0] }),
  "pads around one slice of the kernel": volumes([8, 6, 1, 3, 3], { pads: [2, 1, 1, 1, 1, 1] }),
  "pads wider than the kernel": volumes([8, 6, 2, 2, 2], { pads: [3, 3, 3, 3, 3, 3] }),
  "strides of three kinds": volumes([8, 6, 3, 3, 3], { strides: [2, 3, 1], pads: [1, 1, 1, 1, 1, 1] }),
  "strides wider than the kernel": volumes([8, 6, 1, 1, 1], { strides: [3, 2, 4] }),
  "strides of slices alone": volumes([8, 6, 1, 1, 1], { strides: [2, 1, 1] }),
  "strides of columns alone": volumes([8, 6, 1, 1, 1], { strides: [1, 1, 2] }),
  "dilations of three kinds": volumes([8, 6, 2, 2, 3], { dilations: [3, 2, 1], pads: [1, 1, 0, 2, 0, 1] }),
  "dilations, strides and pads along slices": volumes([8, 6, 3, 1, 1], {
    dilations: [2, 1, 1],
    strides: [2, 1, 1],
    pads: [3, 0, 0, 1, 0, 0],
  }),
  "dilations of a kernel that has no slices": volumes([8, 6, 1, 3, 3], {
    dilations: [7, 1, 2],
    pads: [0, 1, 2, 0, 1, 2],
  }),
  "a kernel of even sides, SAME_UPPER": volumes([8, 6, 2, 4, 2], { auto_pad: "SAME_UPPER" }),
  "a kernel of even sides, SAME_LOWER": volumes([8, 6, 2, 4, 2], { auto_pad: "SAME_LOWER" }),
  "SAME_UPPER with strides": volumes([8, 6, 3, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2, 3] }),
  "SAME_LOWER with strides": volumes([8, 6, 3, 2, 3], { auto_pad: "SAME_LOWER", strides: [2, 2, 3] }),
  VALID: volumes([8, 6, 3, 2, 3], { auto_pad: "VALID", strides: [1, 2, 3] }),
  "a kernel as large as the images": volumes([8, 6, 5, 7, 9]),
  "a kernel of all slices": volumes([8, 6, 5, 1, 1]),
  "a kernel of all rows": volumes([8, 6, 1, 7, 1]),
  "a kernel of columns": volumes([8, 6, 1, 1, 3], { pads: [0, 0, 1, 0, 0, 1] }),
  "a kernel of slices and columns": volumes([8, 6, 3, 1, 3], { pads: [1, 0, 1, 1, 0, 1] }),
  "a kernel of slices and rows": volumes([8, 6, 3, 3, 1], { pads: [1, 1, 0, 1, 1, 0] }),
  "a kernel without a bias": volumes([20, 6, 3, 3, 3], {}, { bias: false }),
  "groups of two channels": volumes([9, 2, 3, 3, 3], { group: 3, pads: [1, 1, 1, 1, 1, 1] }),
  "groups of whole blocks": volumes(
    [32, 16, 2, 3, 1],
    { group: 2, pads: [1, 1, 0, 0, 1, 0] },
    { from: [1, 32, 4, 5, 6] },
  ),
  "groups of single channels": volumes([6, 1, 3, 3, 3], { group: 6, pads: [1, 1, 1, 1, 1, 1] }),
  "groups of single channels, with strides and pads of many kinds": volumes(
    [19, 1, 2, 3, 2],
    { group: 19, pads: [2, 0, 1, 0, 2, 1], strides: [2, 1, 3], dilations: [2, 1, 1] },
    { from: [2, 19, 5, 7, 9] },
  ),
  "groups of single channels along slices": volumes(
    [19, 1, 3, 1, 1],
    { group: 19, pads: [1, 0, 0, 1, 0, 0] },
    { from: [2, 19, 5, 7, 9] },
  ),
  "groups of single channels, SAME_LOWER": volumes([6, 1, 2, 2, 2], { group: 6, auto_pad: "SAME_LOWER" }),
  "groups with two results of each channel": volumes([12, 1, 3, 1, 3], { group: 6, pads: [1, 0, 1, 1, 0, 1] }),
  "groups of single pixels": volumes([9, 2, 1, 1, 1], { group: 3 }),
  "one slice": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 1, 7, 9] }),
  "one row": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 5, 1, 9] }),
  "one column": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 5, 7, 1] }),
  "one pixel": volumes([8, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }, { from: [2, 6, 1, 1, 1] }),
  "one channel": volumes([17, 1, 3, 2, 3], {}, { from: [2, 1, 5, 7, 9] }),
  "many channels": volumes([33, 40, 2, 2, 2], {}, { from: [1, 40, 3, 4, 5] }),
  "no images": volumes([8, 6, 3, 3, 3], {}, { from: [0, 6, 5, 7, 9] }),
  "two convolutions, the second of results of the first alone": volumes(
    [20, 6, 3, 3, 3],
    { pads: [1, 1, 1, 1, 1, 1] },
    {
      after: (apply, made) =>
        apply("Conv", [apply("Relu", [made]), random([9, 20, 2, 1, 3], 5)], { strides: [2, 1, 1] }),
    },
  ),
  "what a second convolution and others use": volumes(
    [20, 6, 3, 3, 3],
    { pads: [1, 1, 1, 1, 1, 1] },
    {
      after: (apply, made) =>
        apply("Add", [apply("Conv", [made, random([20, 20, 1, 1, 1], 5)]), apply("Sigmoid", [made])]),
    },
  ),
  "numbers for each slice": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Mul", [made, random([3, 1, 1], 5)]),
    },
  ),
  "numbers for each row": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Add", [random([5, 1], 5), apply("Mul", [made, random([1, 1, 3, 5, 1], 6)])]),
    },
  ),
  "numbers for each image": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Mul", [made, random([2, 1, 1, 1, 1], 5)]),
    },
  ),
  "numbers for each image and channel": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Mul", [made, random([2, 20, 1, 1, 1], 5)]),
    },
  ),
  "numbers for each image and pixel": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Mul", [made, random([2, 1, 3, 5, 7], 5)]),
    },
  ),
  "numbers with an axis more": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      rank: 6,
      after: (apply, made) => apply("Mul", [made, random([2, 1, 1, 1, 1, 1], 5)]),
    },
  ),
  "squeeze and excitation": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Mul", [made, apply("Sigmoid", [apply("GlobalAveragePool", [made])])]),
    },
  ),
  "a mean of rows and columns": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("ReduceMean", [made], { axes: [3, 4] }),
    },
  ),
  "a mean of channels and all": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("ReduceMean", [made], { axes: [1, 2, 3] }),
    },
  ),
  "a mean of slices": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      rank: 4,
      after: (apply, made) => apply("ReduceMean", [made], { axes: [2], keepdims: 0 }),
    },
  ),
  "a mean of all, by axes out of order": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      rank: 2,
      after: (apply, made) => apply("ReduceMean", [made], { axes: [4, 2, 3], keepdims: 0 }),
    },
  ),
  "a pool of slices, rows and columns": volumes(
    [20, 6, 3, 3, 3],
    { pads: [1, 1, 1, 1, 1, 1] },
    {
      after: (apply, made) =>
        apply("MaxPool", [made], { kernel_shape: [2, 3, 2], strides: [2, 1, 3], pads: [1, 0, 1, 0, 1, 0] }),
    },
  ),
  "a pool with ceil_mode": volumes(
    [20, 6, 3, 3, 3],
    { pads: [1, 1, 1, 1, 1, 1] },
    {
      after: (apply, made) =>
        apply("AveragePool", [made], { kernel_shape: [2, 3, 2], strides: [2, 2, 2], ceil_mode: 1 }),
    },
  ),
  "the largest of all": volumes([20, 6, 3, 3, 3], {}, { after: (apply, made) => apply("GlobalMaxPool", [made]) }),
  "slices after one another": volumes(
    [20, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Concat", [made, apply("Relu", [made])], { axis: 2 }),
    },
  ),
  "channels after one another, of blocks and others": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Concat", [made, slice(apply, made, 3, 8, 1), apply("Relu", [made])], { axis: 1 }),
    },
  ),
  "images after one another": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Concat", [made, apply("Relu", [made])], { axis: 0 }),
    },
  ),
  "channels of one image after one another": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      from: [1, 6, 5, 7, 9],
      after: (apply, made) => apply("Concat", [made, apply("Conv", ["x", random([16, 6, 3, 3, 3], 8)])], { axis: 1 }),
    },
  ),
  "channels in another order": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      from: [1, 6, 5, 7, 9],
      after(apply, made) {
        const cut = apply("Transpose", [apply("Reshape", [made, integers(1, 4, 4, 3, 5, 7)])], {
          perm: [0, 2, 1, 3, 4, 5],
        })
        return apply("Conv", [apply("Reshape", [cut, integers(1, 16, 3, 5, 7)]), random([9, 16, 2, 2, 2], 8)])
      },
    },
  ),
  "channels and slices in another order": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      from: [1, 6, 18, 7, 9],
      after: (apply, made) =>
        apply("Conv", [apply("Transpose", [made], { perm: [0, 2, 1, 3, 4] }), random([9, 16, 2, 2, 2], 8)]),
    },
  ),
  "slices as rows of images of two axes": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      rank: 4,
      after: (apply, made) =>
        apply("Conv", [apply("Reshape", [made, integers(2, 16, 15, 7)]), random([9, 16, 3, 3], 8)], {
          pads: [1, 1, 1, 1],
        }),
    },
  ),
  "slices as images of their own": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      rank: 4,
      after(apply, made) {
        const images = apply("Reshape", [apply("Transpose", [made], { perm: [0, 2, 1, 3, 4] }), integers(6, 16, 5, 7)])
        return apply("Conv", [images, random([9, 16, 3, 3], 8)], { pads: [1, 1, 1, 1] })
      },
    },
  ),
  "every second slice": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Conv", [slice(apply, made, 0, 3, 2, 2), random([9, 16, 1, 3, 3], 8)]),
    },
  ),
  "a transposed convolution": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) =>
        apply("ConvTranspose", [made, random([16, 5, 2, 3, 2], 8)], { strides: [2, 1, 2], pads: [0, 1, 0, 1, 0, 0] }),
    },
  ),
  "a transposed convolution before": {
    inputs: { x: random([1, 5, 3, 4, 5], 1) },
    build(apply) {
      const made = apply("ConvTranspose", ["x", random([5, 16, 2, 2, 2], 8)], { strides: [2, 2, 2] })
      return { [apply("Conv", [made, random([9, 16, 3, 3, 3], 4)], { pads: [1, 1, 1, 1, 1, 1] })]: 5 }
    },
  },
  "Resize of rows alone": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Resize", [made, "", tensor("float32", [5], [1, 1, 1, 2, 1])], { mode: "linear" }),
    },
  ),
  "Pad of edges": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Pad", [made, integers(0, 0, 1, 2, 0, 0, 0, 2, 0, 1)], { mode: "edge" }),
    },
  ),
  "Pad of channels": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Pad", [made, integers(0, 1, 0, 0, 0, 0, 2, 0, 0, 0)]),
    },
  ),
  "a normalisation of images": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("InstanceNormalization", [made, random([16], 5), random([16], 6)]),
    },
  ),
  "a normalisation by numbers that are known": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) =>
        apply("BatchNormalization", [
          made,
          random([16], 5),
          random([16], 6),
          random([16], 7),
          tensor(
            "float32",
            [16],
            Array.from({ length: 16 }, (_, index) => index + 0.5),
          ),
        ]),
    },
  ),
  "PRelu with a slope for each channel": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("PRelu", [made, random([16, 1, 1, 1], 5)]),
    },
  ),
  "a softmax of channels": volumes(
    [16, 6, 3, 3, 3],
    {},
    { after: (apply, made) => apply("Softmax", [made], { axis: 1 }) },
  ),
  "a choice by the sign": volumes(
    [16, 6, 3, 3, 3],
    {},
    {
      after: (apply, made) => apply("Where", [apply("Greater", [made, random([7], 5)]), made, random([3, 5, 7], 6)]),
    },
  ),
  "weights that are an input": {
    inputs: { x: random(shape, 1), w: random([8, 6, 2, 3, 2], 2) },
    build: (apply) => ({ [apply("Conv", ["x", "w"], { pads: [1, 1, 1, 0, 1, 0] })]: 5 }),
  },
}

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `Convolutions of slices as nobody writes them, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kind) => {
    const runner = createNetworkRunner(kind)
    afterAll(() => runner.release())

    it.each(triedIn(Object.entries(cases), kind, kernelKinds))("%s", async (_, one) => {
      for (const { shapes, furthest } of await both(runner, one)) {
        expect(shapes[0]).toEqual(shapes[1])
        expect(furthest).toBeLessThan(1e-5)
      }
    })
  },
)
