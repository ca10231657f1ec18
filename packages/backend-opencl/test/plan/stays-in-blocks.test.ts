import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import type { OnnxNode } from "../../src/onnx/model.js"
import { createNetworkRunner, graph, integers, node, runSession, type TestTensor } from "../operators/network-runner.js"
import { each, filled, unchanged } from "./filled.js"

const why = missingDriver("pocl")
const [batch, channels, height, width] = [2, 20, 5, 7] as const
const pixels = height * width
const x = filled([batch, channels, height, width], (index) => Math.sin(index))
const imageOf = (index: number) => Math.floor(index / pixels / channels)

interface Case {
  readonly title: string
  /** From `before` to `after`, both of which lie in blocks. */
  readonly nodes: readonly OnnxNode[]
  readonly more?: Readonly<Record<string, TestTensor>>
  readonly expected: readonly number[]
  readonly launches: number
}

/** Convolutions that change nothing are around it, to blocks, and back: 4 launches. */
const around = 4

const moments = (image: number, channel: number) => {
  const begin = (image * channels + channel) * pixels
  const values = x.elements.slice(begin, begin + pixels).map(Number)
  const mean = values.reduce((sum, value) => sum + value, 0) / pixels
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels
  return { mean, inverse: 1 / Math.sqrt(variance + 1e-5) }
}

function reflected(): readonly number[] {
  const result: number[] = []
  const within = (at: number, length: number) => length - 1 - Math.abs(length - 1 - Math.abs(at))
  for (let plane = 0; plane < batch * channels; plane += 1)
    for (let row = 0; row < height + 3; row += 1)
      for (let column = 0; column < width + 3; column += 1)
        result.push(Number(x.elements[(plane * height + within(row - 1, height)) * width + within(column - 3, width)]))
  return result
}

const cases: readonly Case[] = [
  {
    title: "A mask for all channels of all images",
    nodes: [node("Mul", ["before", "mask"], ["after"])],
    more: { mask: filled([1, 1, height, width], (index) => index % 3) },
    expected: each(x, (value, index) => value * ((index % pixels) % 3)),
    launches: around + 1,
  },
  {
    title: "A mask for all channels of each image",
    nodes: [node("Add", ["before", "mask"], ["after"])],
    more: { mask: filled([batch, 1, height, width], (index) => index) },
    expected: each(x, (value, index) => value + imageOf(index) * pixels + (index % pixels)),
    launches: around + 1,
  },
  {
    title: "Squeeze and excitation of several images",
    nodes: [node("GlobalAveragePool", ["before"], ["mean"]), node("Mul", ["before", "mean"], ["after"])],
    expected: each(x, (value, index) => {
      return value * moments(imageOf(index), Math.floor(index / pixels) % channels).mean
    }),
    // The means are rearranged, a few numbers.
    launches: around + 3,
  },
  {
    title: "InstanceNormalization",
    nodes: [node("InstanceNormalization", ["before", "scale", "bias"], ["after"])],
    more: {
      scale: filled([channels], (channel) => 1 + channel),
      bias: filled([channels], (channel) => channel / 10),
    },
    expected: each(x, (value, index) => {
      const channel = Math.floor(index / pixels) % channels
      const { mean, inverse } = moments(imageOf(index), channel)
      return (value - mean) * inverse * (1 + channel) + channel / 10
    }),
    launches: around + 1,
  },
  {
    title: "Pad that reflects",
    nodes: [node("Pad", ["before", "pads"], ["after"], { mode: "reflect" })],
    more: { pads: integers(0, 0, 1, 3, 0, 0, 2, 0) },
    expected: reflected(),
    launches: around + 1,
  },
]

describe.skipIf(why)(`What leaves images in blocks${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it.each(cases)("$title", async ({ nodes, more = {}, expected, launches }) => {
    const all = [node("Conv", ["x", "w"], ["before"]), ...nodes, node("Conv", ["after", "w"], ["y"])]
    const constants = { w: unchanged(channels, 1, 1), ...more }
    const session = await runner.open(graph(all, ["x"], ["y"], "float32", constants), 18)
    const { y } = await runSession(session, { x }, ["y"])
    expect(y?.elements).toEqual(expected.map((value) => expect.closeTo(value, 4)))
    expect(session.launches).toBe(launches)
    await session.close()
  })
})
