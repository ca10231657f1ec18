import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { kernelsFor } from "../../src/kernels/device-kernels.js"
import type { GemmShape } from "../../src/kernels/gemm.js"
import { type KernelCall, noEpilogue } from "../../src/kernels/kernel-call.js"
import { thinProduct } from "../../src/kernels/thin-product.js"
import { triedIn } from "../fast-form.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { plainProduct, plainShape, reach } from "./plain-product.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

/** The right-hand matrix lies column after column. */
const transposed = (shape: GemmShape): GemmShape => ({
  ...shape,
  right: { row: 1, column: shape.depth, batch: [0, 0] },
})

const shapes: Readonly<Record<string, GemmShape>> = {
  "a row": plainShape(1, 133, 77),
  "a row, and many columns": plainShape(1, 1000, 50),
  "four rows": plainShape(4, 70, 33),
  "a row and as many columns as a vector has": plainShape(1, 16, 9),
  "transposed, one by one": transposed(plainShape(1, 1, 1)),
  "transposed, a row": transposed(plainShape(1, 133, 77)),
  "transposed, a row of many columns": transposed(plainShape(1, 1000, 50)),
  "transposed, four rows": transposed(plainShape(4, 70, 33)),
  "transposed, less deep than a vector": transposed(plainShape(3, 40, 3)),
  "a batch": {
    ...plainShape(2, 37, 21),
    batch: [2, 3],
    left: { row: 21, column: 1, batch: [3 * 2 * 21, 2 * 21] },
    right: { row: 37, column: 1, batch: [3 * 21 * 37, 21 * 37] },
    output: { row: 37, column: 1, batch: [3 * 2 * 37, 2 * 37] },
  },
}

describe.skipIf(missingDriver("pocl"))("a product of a few rows", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  async function errorOf(
    shape: GemmShape,
    call: KernelCall | undefined,
    after: (value: number, column: number) => number = (value) => value,
  ): Promise<number> {
    const { rows, columns, depth } = shape
    const [left, right] = [
      randomFloats(reach(shape, shape.left, rows, depth), 2),
      randomFloats(reach(shape, shape.right, depth, columns), 3),
    ]
    runner.set("left", left)
    runner.set("right", right)
    runner.set("output", reach(shape, shape.output, rows, columns))
    runner.run(call as KernelCall)
    const expected = plainProduct(shape, left, right).map((value, index) => after(value, index % columns))
    return relativeError(await runner.read("output"), expected)
  }

  const widths = [4, ...vectorWidths] as const
  describe.each(widths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, widths))("of %s", async (name) => {
      const shape = shapes[name] as GemmShape
      expect(await errorOf(shape, thinProduct(deviceOf(vectorWidth), shape, noEpilogue))).toBeLessThan(5e-6)
    })
  })

  it.each(Object.keys(shapes))("of %s, in groups that share memory", async (name) => {
    const shape = shapes[name] as GemmShape
    expect(await errorOf(shape, kernelsFor(gpu).thinProduct(shape, noEpilogue))).toBeLessThan(5e-6)
  })

  const { epilogue, after } = reluPlusChannel
  it("hands its results to an epilogue", async () => {
    for (const shape of [plainShape(3, 53, 67), transposed(plainShape(3, 53, 67))]) {
      expect(await errorOf(shape, thinProduct(deviceOf(16), shape, epilogue), after)).toBeLessThan(1e-6)
      expect(await errorOf(shape, kernelsFor(gpu).thinProduct(shape, epilogue), after)).toBeLessThan(1e-6)
    }
  })

  it("isn't for more rows, for columns apart, or for fewer columns than a vector has", () => {
    const device = deviceOf(16)
    expect(thinProduct(device, plainShape(5, 64, 64), noEpilogue)).toBeUndefined()
    const apart = { ...plainShape(1, 64, 64), right: { row: 128, column: 2, batch: [0, 0] as const } }
    expect(thinProduct(device, apart, noEpilogue)).toBeUndefined()
    expect(thinProduct(device, plainShape(1, 15, 64), noEpilogue)).toBeUndefined()
  })
})
