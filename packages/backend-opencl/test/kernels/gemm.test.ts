import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type GemmShape, gemm } from "../../src/kernels/gemm.js"
import { type Epilogue, noEpilogue } from "../../src/kernels/kernel-call.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { plainProduct, plainShape, reach } from "./plain-product.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, vectorWidths } from "./vector-widths.js"

const batched = plainShape(13, 37, 21)
const shapes: Readonly<Record<string, GemmShape>> = {
  "one by one": plainShape(1, 1, 1),
  "a row": plainShape(1, 133, 77),
  "a row, and many columns": plainShape(1, 1000, 50),
  "a column": plainShape(29, 1, 40),
  "sizes that no tile divides": plainShape(31, 53, 67),
  "sizes that tiles divide": plainShape(28, 64, 16),
  "a depth in parts": plainShape(17, 40, 4100),
  "a transposed right-hand matrix": { ...plainShape(31, 53, 67), right: { row: 1, column: 67, batch: [0, 0] } },
  "a batch": {
    ...batched,
    batch: [2, 3],
    left: { row: 21, column: 1, batch: [3 * 13 * 21, 13 * 21] },
    right: { row: 37, column: 1, batch: [3 * 21 * 37, 21 * 37] },
    output: { row: 37, column: 1, batch: [3 * 13 * 37, 13 * 37] },
  },
  "a batch with one right-hand matrix": {
    ...batched,
    batch: [2, 3],
    left: { row: 21, column: 1, batch: [3 * 13 * 21, 13 * 21] },
    output: { row: 37, column: 1, batch: [3 * 13 * 37, 13 * 37] },
  },
  "a batch with a right-hand matrix for each of its outer axis": {
    ...batched,
    batch: [2, 3],
    left: { row: 21, column: 1, batch: [3 * 13 * 21, 13 * 21] },
    right: { row: 37, column: 1, batch: [21 * 37, 0] },
    output: { row: 37, column: 1, batch: [3 * 13 * 37, 13 * 37] },
  },
  "the heads of attention, side by side in each row": {
    ...batched,
    batch: [2, 3],
    left: { row: 3 * 21, column: 1, batch: [13 * 3 * 21, 21] },
    right: { row: 1, column: 3 * 21, batch: [37 * 3 * 21, 21] },
    output: { row: 3 * 37, column: 1, batch: [13 * 3 * 37, 37] },
  },
}

describe.skipIf(missingDriver("pocl"))("a product of matrices", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  async function errorOf(
    shape: GemmShape,
    vectorWidth: 4 | 8 | 16,
    epilogue: Epilogue,
    after: (value: number, column: number) => number = (value) => value,
  ): Promise<number> {
    const { rows, columns, depth } = shape
    const left = randomFloats(reach(shape, shape.left, rows, depth), 2)
    const right = randomFloats(reach(shape, shape.right, depth, columns), 3)
    const made = gemm(deviceOf(vectorWidth), shape, epilogue)
    runner.set("left", left)
    runner.set("right", right)
    runner.set("packed", made.right.byteLength / 4)
    runner.run(made.right.pack, { input: "right", output: "packed" })
    runner.set("output", reach(shape, shape.output, rows, columns))
    runner.run(made.call, { right: "packed" })
    const expected = plainProduct(shape, left, right).map((value, index) => after(value, index % columns))
    return relativeError(await runner.read("output"), expected)
  }

  describe.each([4, ...vectorWidths] as const)("in vectors of %i", (vectorWidth) => {
    it.each(Object.keys(shapes))("of %s", async (name) => {
      expect(await errorOf(shapes[name] as GemmShape, vectorWidth, noEpilogue)).toBeLessThan(5e-6)
    })
  })

  it("hands its results to an epilogue, also those beyond the last whole vector", async () => {
    const { epilogue, after } = reluPlusChannel
    expect(await errorOf(plainShape(31, 53, 67), 16, epilogue, after)).toBeLessThan(1e-6)
  })
})
