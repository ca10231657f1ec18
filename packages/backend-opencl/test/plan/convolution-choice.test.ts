import { describe, expect, it } from "vitest"
import type { ConvolutionShape } from "../../src/kernels/convolution.js"
import { chooseConvolution } from "../../src/plan/convolution-choice.js"
import type { Question, Tuning } from "../../src/plan/tuning.js"
import { deviceOf, gpu } from "../kernels/vector-widths.js"

const flat: ConvolutionShape = {
  batch: 2,
  channels: 20,
  size: [6, 7],
  outputChannels: 40,
  outputSize: [3, 7],
  kernel: [3, 3],
  strides: [2, 1],
  dilations: [1, 1],
  pads: [1, 1],
  groups: 1,
}
const depth = { size: 5, outputSize: 4, kernel: 2, stride: 1, dilation: 1, pad: 0 }

describe.each([deviceOf(16), gpu])("What is asked of a convolution, $kind", (device) => {
  function questionOf(shape: ConvolutionShape, input: "blocked" | "plain"): Question {
    const asked: Question[] = []
    const tuning: Tuning = (question) => {
      asked.push(question)
      return question.candidates.map(() => 1)
    }
    chooseConvolution(tuning, device, shape, input)
    return asked[0] as Question
  }
  const bytesOf = ({ candidates }: Question) => candidates.map((candidate) => candidate.trial().byteLengths)
  const floats = (...lengths: readonly number[]) => 4 * lengths.reduce((product, length) => product * length, 1)

  it("has memory for images of two dimensions.", () => {
    for (const bytes of bytesOf(questionOf(flat, "blocked")))
      expect(bytes).toMatchObject({ input: floats(2, 32, 6, 7), output: floats(2, 48, 3, 7) })
  })

  it("has memory for all slices of images that have some.", () => {
    for (const bytes of bytesOf(questionOf({ ...flat, depth }, "blocked")))
      expect(bytes).toMatchObject({ input: floats(2, 32, 5, 6, 7), output: floats(2, 48, 4, 3, 7) })
    for (const bytes of bytesOf(questionOf({ ...flat, channels: 3, depth }, "plain")))
      expect(bytes).toMatchObject({ input: floats(2, 3, 5, 6, 7), output: floats(2, 48, 4, 3, 7) })
  })

  it("differs where slices do.", () => {
    const shapes = [flat, { ...flat, depth }, { ...flat, depth: { ...depth, stride: 2 } }]
    expect(new Set(shapes.map((shape) => questionOf(shape, "blocked").key)).size).toBe(3)
  })
})
