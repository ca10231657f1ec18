import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { triedIn } from "../fast-form.js"
import {
  createNetworkRunner,
  integers,
  kernelKinds,
  node,
  type TestTensor,
  tensor,
} from "../operators/network-runner.js"
import { random, unchanged } from "./filled.js"

const channels = 20
const shape = [2, channels, 3, 4, 5]
const x = random(shape, 5)

type Node = ReturnType<typeof node>
interface Follower {
  readonly title: string
  /** From "a", which may lie in blocks, to "y". */
  readonly nodes: readonly Node[]
  readonly constants?: Readonly<Record<string, TestTensor>>
}
const one = (operator: string, inputs: readonly string[] = [], attributes: Parameters<typeof node>[3] = {}) => [
  node(operator, ["a", ...inputs], ["y"], attributes),
]
const followers: readonly Follower[] = [
  { title: "Relu", nodes: one("Relu") },
  { title: "a number for each channel", nodes: one("Add", ["c"]), constants: { c: random([channels, 1, 1, 1], 6) } },
  { title: "a mask of pixels", nodes: one("Mul", ["c"]), constants: { c: random([3, 4, 5], 7) } },
  { title: "a mask of each image's pixels", nodes: one("Mul", ["c"]), constants: { c: random([2, 1, 3, 4, 5], 8) } },
  { title: "numbers of the last axis", nodes: one("Mul", ["c"]), constants: { c: random([5], 9) } },
  { title: "what went in", nodes: one("Add", ["x"]) },
  {
    title: "MaxPool",
    nodes: one("MaxPool", [], { kernel_shape: [2, 2, 3], strides: [1, 2, 1], pads: [0, 1, 1, 1, 0, 1] }),
  },
  { title: "AveragePool", nodes: one("AveragePool", [], { kernel_shape: [2, 2, 2], pads: [1, 1, 1, 1, 1, 1] }) },
  { title: "GlobalAveragePool", nodes: one("GlobalAveragePool") },
  { title: "a mean of some axes", nodes: one("ReduceMean", ["c"]), constants: { c: integers(3, 4) } },
  {
    title: "InstanceNormalization",
    nodes: one("InstanceNormalization", ["s", "b"]),
    constants: { s: random([channels], 10), b: random([channels], 11) },
  },
  { title: "LRN", nodes: one("LRN", [], { size: 5 }) },
  { title: "Concat", nodes: one("Concat", ["x"], { axis: 1 }) },
  {
    title: "some channels",
    nodes: one("Slice", ["from", "to", "axes"]),
    constants: { from: integers(3), to: integers(19), axes: integers(1) },
  },
  {
    title: "some slices",
    nodes: one("Slice", ["from", "to", "axes"]),
    constants: { from: integers(1), to: integers(3), axes: integers(2) },
  },
  { title: "Pad by zeros", nodes: one("Pad", ["p"]), constants: { p: integers(0, 0, 1, 0, 2, 0, 0, 1, 1, 0) } },
  {
    title: "Pad that reflects",
    nodes: one("Pad", ["p"], { mode: "reflect" }),
    constants: { p: integers(0, 0, 1, 0, 2, 0, 0, 1, 1, 0) },
  },
  {
    title: "Resize to the nearest",
    nodes: one("Resize", ["", "s"], { mode: "nearest" }),
    constants: { s: tensor("float32", [5], [1, 1, 2, 1, 2]) },
  },
  {
    title: "Resize between",
    nodes: one("Resize", ["", "s"], { mode: "linear" }),
    constants: { s: tensor("float32", [5], [1, 1, 2, 2, 1]) },
  },
  { title: "Transpose", nodes: one("Transpose", [], { perm: [0, 1, 4, 2, 3] }) },
  {
    title: "another convolution, and what went in",
    nodes: [node("Conv", ["a", "w1"], ["b"], { pads: [1, 1, 1, 1, 1, 1] }), node("Add", ["b", "a"], ["y"])],
    constants: { w1: unchanged(channels, 3, 3, 3) },
  },
]

const kernelSizes = [
  [1, 1, 1],
  [3, 1, 1],
  [1, 3, 3],
  [3, 3, 3],
] as const

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `What follows a convolution of images of slices, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kind) => {
    const runner = createNetworkRunner(kind)
    afterAll(() => runner.release())

    it.each(triedIn(followers, kind, kernelKinds))(
      "$title is what it is of row-major images.",
      async ({ title, nodes, constants = {} }) => {
        const renamed = nodes.map((each) => ({
          ...each,
          inputs: each.inputs.map((name) => (name === "a" ? "x" : name)),
        }))
        const [expected] = await runner.run(renamed, { inputs: { x }, constants, outputs: ["y"] })
        const kernel = kernelSizes[
          followers.findIndex((each) => each.title === title) % kernelSizes.length
        ] as readonly number[]
        const pads = [...kernel, ...kernel].map((length) => (length - 1) / 2)
        const convolved = node("Conv", ["x", "w"], ["a"], { pads })
        const [result] = await runner.run([convolved, ...nodes], {
          ...{ inputs: { x }, constants: { ...constants, w: unchanged(channels, ...kernel) }, outputs: ["y"] },
        })
        expect(result?.shape).toEqual(expected?.shape)
        const furthest = (expected?.elements ?? []).reduce<number>((most, value, index) => {
          return Math.max(most, Math.abs(Number(value) - Number(result?.elements[index])))
        }, 0)
        expect(furthest).toBeLessThan(1e-5)
      },
    )
  },
)
