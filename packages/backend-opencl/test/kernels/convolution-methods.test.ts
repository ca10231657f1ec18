import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { convolutionMethods } from "../../src/kernels/convolution-methods.js"
import { imageConvolution } from "../../src/kernels/image-convolution.js"
import { noEpilogue } from "../../src/kernels/kernel-call.js"
import { chooseConvolution } from "../../src/plan/convolution-choice.js"
import type { Question } from "../../src/plan/tuning.js"
import { ofForm } from "../fast-form.js"
import { errorOfLayer } from "./error-of-layer.js"
import { createKernelRunner, type KernelRunner, randomFloats } from "./kernel-runner.js"
import { deviceOf } from "./vector-widths.js"

/** Of small images, of which channels fill blocks or don't; each third has single pixels, in groups if it can. */
function randomShape(seed: number): ConvolutionShape {
  const draws = randomFloats(16, seed)
  let drawn = 0
  const between = (from: number, to: number) =>
    from + Math.min(to - from, Math.floor((((draws[drawn++] as number) + 1) / 2) * (to - from + 1)))
  const side = seed % 3 === 0 ? 1 : 3
  const groups = seed % 6 === 0 ? 2 : 1
  const pad = side === 1 ? 0 : between(0, 2)
  const size = [between(side, 15), between(side, 15)] as const
  const stride = groups === 1 && seed % 3 === 2 ? 2 : 1
  const output = (axis: 0 | 1) => Math.floor((size[axis] + 2 * pad - side) / stride) + 1
  return {
    batch: between(1, 2),
    channels: groups * between(1, 40),
    size,
    outputChannels: groups * between(1, 70),
    outputSize: [output(0), output(1)],
    kernel: [side, side],
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [pad, pad],
    groups,
  }
}

/** The fast form has a stride, single pixels, and these in groups, too. */
const seeds = ofForm([1, 2, 3, 4, 5, 6, 7, 8, 9], [2, 3, 4, 6])

describe.skipIf(missingDriver("pocl"))("random convolutions", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  it.each(seeds)("of seed %i are the same by each method that may be measured", async (seed) => {
    const device = deviceOf(16)
    const shape = randomShape(seed)
    const asked: Question[] = []
    chooseConvolution(
      (question) => {
        asked.push(question)
        return question.candidates.map(({ estimate }) => estimate)
      },
      device,
      shape,
      "blocked",
    )
    const names = asked.flatMap(({ candidates }) => candidates.map(({ name }) => name))
    const methods = convolutionMethods(device, shape, "blocked").filter(({ family, rows }) =>
      names.includes([family, rows].join(" ")),
    )
    expect(methods).toHaveLength(names.length)
    for (const method of methods) {
      const layer = imageConvolution(device, shape, method, { input: "blocked", bias: true, epilogue: noEpilogue })
      expect(await errorOfLayer(runner, shape, layer), `${method.family} ${method.rows}`).toBeLessThan(1e-5)
    }
  })
})

describe("methods of convolutions", () => {
  const shape: ConvolutionShape = { ...randomShape(1), channels: 64, outputChannels: 64, pads: [1, 1], batch: 1 }
  const large: ConvolutionShape = { ...shape, size: [56, 56], outputSize: [56, 56] }

  it("are ordered by their estimates, and cut rows into pieces of other numbers", () => {
    const methods = convolutionMethods(deviceOf(16), large, "blocked")
    const cycles = methods.map((method) => method.cycles)
    expect(cycles).toEqual([...cycles].sort((a, b) => a - b))
    const sums = methods.filter(({ family }) => family === "sums")
    const pieces = sums.map(({ rows }) => Math.ceil(56 / (rows as number)))
    expect(new Set(pieces).size).toBe(pieces.length)
  })

  it("have none by Winograd's filtering on GPUs, nor of plain images", () => {
    const families = (kind: "cpu" | "gpu", input: "blocked" | "plain") =>
      new Set(convolutionMethods({ ...deviceOf(16), kind }, large, input).map(({ family }) => family))
    expect(families("cpu", "blocked")).toEqual(new Set(["winograd-whole", "winograd-strips", "sums"]))
    expect(families("gpu", "blocked")).toEqual(new Set(["sums"]))
    expect(families("cpu", "plain")).toEqual(new Set(["sums"]))
  })

  it("leave one whose weights are as large as the model's, however much sooner another is", () => {
    const choose = (cost: (name: string) => number) =>
      chooseConvolution(({ candidates }) => candidates.map(({ name }) => cost(name)), deviceOf(16), large, "blocked")
    const sooner = choose((name) => (name.startsWith("winograd") ? 1 : 100))
    expect(sooner.compact.family).toBe("sums")
    expect(sooner.transformed?.family).toMatch(/^winograd/)
    expect(choose((name) => (name.startsWith("winograd") ? 100 : 1)).transformed).toBeUndefined()
  })
})
