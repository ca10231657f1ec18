import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bytesOf, elementsOf } from "../../src/graph/elements.js"
import { kernelsFor, type Product, type ProductMethod } from "../../src/kernels/device-kernels.js"
import { type GemmShape, gemm } from "../../src/kernels/gemm.js"
import { type Epilogue, noEpilogue } from "../../src/kernels/kernel-call.js"
import { isFull, triedIn } from "../fast-form.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { plainProduct, plainShape, reach } from "./plain-product.js"
import { reluPlusChannel } from "./relu-plus-channel.js"
import { deviceOf, gpu, vectorWidths } from "./vector-widths.js"

const batched = plainShape(13, 37, 21)
const shapes: Readonly<Record<string, GemmShape>> = {
  "sizes that no tile divides": plainShape(31, 53, 67),
  "one by one": plainShape(1, 1, 1),
  "a row": plainShape(1, 133, 77),
  "a row, and many columns": plainShape(1, 1000, 50),
  "a column": plainShape(29, 1, 40),
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

const gpuShapes: typeof shapes = {
  ...shapes,
  "sizes that are multiples of four": plainShape(132, 140, 36),
  "the same, transposed": { ...plainShape(132, 140, 36), right: { row: 1, column: 36, batch: [0, 0] } },
  "columns that are apart": { ...plainShape(20, 24, 12), right: { row: 48, column: 2, batch: [0, 0] } },
}

describe.skipIf(missingDriver("pocl"))("a product of matrices", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  async function errorOf(
    shape: GemmShape,
    { call, right: packed }: Product,
    after: (value: number, column: number) => number = (value) => value,
  ): Promise<number> {
    const { rows, columns, depth } = shape
    const left = randomFloats(reach(shape, shape.left, rows, depth), 2)
    const random = randomFloats(reach(shape, shape.right, depth, columns), 3)
    const halves = bytesOf("float16", Array.from(random))
    const right =
      shape.rightType === "half" ? Float32Array.from(elementsOf("float16", halves) as readonly number[]) : random
    runner.set("left", left)
    runner.set("right", shape.rightType === "half" ? new Float32Array(halves.buffer as ArrayBuffer) : right)
    if (packed !== undefined) {
      runner.set("packed", packed.byteLength / 4)
      runner.run(packed.pack, { input: "right", output: "packed" })
    }
    runner.set("output", reach(shape, shape.output, rows, columns))
    runner.run(call, packed && { right: "packed" })
    const expected = plainProduct(shape, left, right).map((value, index) => after(value, index % columns))
    return relativeError(await runner.read("output"), expected)
  }

  const widths = [4, ...vectorWidths] as const
  describe.each(widths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, widths))("of %s", async (name) => {
      const shape = shapes[name] as GemmShape
      expect(await errorOf(shape, gemm(deviceOf(vectorWidth), shape, noEpilogue))).toBeLessThan(5e-6)
    })
  })

  const { epilogue, after } = reluPlusChannel
  it("hands its results to an epilogue, also those beyond the last whole vector", async () => {
    const shape = plainShape(31, 53, 67)
    expect(await errorOf(shape, gemm(deviceOf(16), shape, epilogue), after)).toBeLessThan(1e-6)
  })

  describe("in groups that share memory", () => {
    const { productMethods } = kernelsFor(gpu)
    const names = productMethods(plainShape(1, 1, 1)).map(({ name }) => name)
    const make = (shape: GemmShape, tile: string, finish: Epilogue) =>
      (productMethods(shape).find(({ name }) => name === tile) as ProductMethod).make(finish)

    describe.each(names)("by tiles of %s", (tile) => {
      // In the fast form the first of them with an epilogue alone, which follows.
      const tried = triedIn(Object.keys(gpuShapes), tile, names)
      it.each(isFull ? tried : tried.slice(1))("of %s", async (name) => {
        const shape = gpuShapes[name] as GemmShape
        expect(await errorOf(shape, make(shape, tile, noEpilogue))).toBeLessThan(5e-6)
      })

      it("hands its results to an epilogue, also those beyond the last whole vector", async () => {
        const shape = plainShape(31, 53, 67)
        expect(await errorOf(shape, make(shape, tile, epilogue), after)).toBeLessThan(1e-6)
      })
    })

    it.each(["by rows", "by columns"])(
      "of halves that lie %s, whose values are as exact as they are",
      async (order) => {
        for (const [rows, depth] of [
          [31, 67],
          [64, 64],
          [2, 67],
        ] as const) {
          const plain = plainShape(rows, 52, depth)
          const shape: GemmShape = {
            ...plain,
            right: order === "by rows" ? plain.right : { row: 1, column: depth, batch: [0, 0] },
            rightType: "half",
          }
          const thin = kernelsFor(gpu).thinProduct(shape, noEpilogue)
          const product = thin ? { call: thin } : productMethods(shape)[0]?.make(noEpilogue)
          expect(await errorOf(shape, product as Product)).toBeLessThan(5e-6)
        }
      },
    )

    it("chooses large tiles for large matrices, and small ones where those would leave a device idle", () => {
      expect(productMethods(plainShape(4096, 4096, 4096))[0]?.name).toBe("128x128")
      expect(productMethods(plainShape(64, 64, 4096))[0]?.name).toBe("64x32")
    })

    it("keeps within what a device gives a group", () => {
      const small = kernelsFor({ ...gpu, largestGroup: 64, localMemory: 16 << 10 })
      const shape = plainShape(128, 128, 64)
      for (const method of small.productMethods(shape)) {
        expect(method.make(noEpilogue).call.local[0]).toBeLessThanOrEqual(64)
      }
      expect(small.productMethods(shape).length).toBeGreaterThan(0)
      // With less room each item is by itself, and its right-hand matrix is packed.
      const none = kernelsFor({ ...gpu, largestGroup: 32 })
      expect(none.productMethods(shape)[0]?.make(noEpilogue).right).toBeDefined()
    })
  })
})
