import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, integers, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const rounded = (values: readonly (number | bigint)[] | undefined) =>
  values?.map((value) => Math.round(Number(value) * 1000) / 1000 + 0)

describe.skipIf(why)(`Fourier transforms and losses${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it("A signal is continued by zeros, or cut off, to the transform's length.", async () => {
    const x = tensor("float32", [1, 3, 1], [1, 2, 3])
    const of = (length: number) => runner.node("DFT", 17, [x, tensor("int64", [], [BigInt(length)])], { axis: 1 })
    expect(rounded((await of(4))[0]?.elements)).toEqual([6, 0, -2, -2, 2, 0, -2, 2])
    expect(rounded((await of(2))[0]?.elements)).toEqual([3, 0, -1, 0])
    await expect(of(0)).rejects.toThrow("length")
  })

  it("The axis is an input since version 20, and the inverse gives back what was.", async () => {
    const x = tensor("float32", [3, 2, 1], [1, 10, 2, 20, 4, 40])
    const axis = tensor("int64", [], [-3n])
    const [there] = await runner.node("DFT", 20, [x, undefined, axis])
    const [back] = await runner.node("DFT", 20, [there, undefined, axis], { inverse: 1 })
    expect(back?.shape).toEqual([3, 2, 2])
    expect(rounded(back?.elements)).toEqual([1, 0, 10, 0, 2, 0, 20, 0, 4, 0, 40, 0])
  })

  it("Frames overlap by less than a step, and a step is at least 1.", async () => {
    const signal = tensor("float32", [1, 5, 1], [1, 2, 3, 4, 5])
    const [y] = await runner.node("STFT", 17, [signal, integers(2), floats(1, 2)])
    expect(y?.shape).toEqual([1, 2, 2, 2])
    expect(rounded(y?.elements)).toEqual([5, 0, -3, 0, 11, 0, -5, 0])
    await expect(runner.node("STFT", 17, [signal, integers(0), floats(1, 2)])).rejects.toThrow("step")
  })

  it("A class that isn't there is read as the nearest, and one that is ignored counts for nothing.", async () => {
    const x = tensor("float32", [3, 2], [-1, -2, -3, -4, -5, -6])
    const attributes = { reduction: "none", ignore_index: -7 }
    const loss = (...target: number[]) =>
      runner.node("NegativeLogLikelihoodLoss", 13, [x, integers(...target), floats(1, 10)], attributes)
    expect((await loss(9_000_000_000, -9_000_000_000, -7))[0]?.elements).toEqual([20, 3, 0])
    const mean = { ...attributes, reduction: "mean" }
    const [y] = await runner.node("NegativeLogLikelihoodLoss", 13, [x, integers(1, 0, -7), floats(1, 10)], mean)
    expect(rounded(y?.elements)).toEqual([rounded([23 / 11])?.[0]])
  })
})
