import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
import "@tensorflow/tfjs-backend-wasm"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { multiplyOverNothing } from "../src/empty-products.js"
import type { Runtime } from "../src/runtime.js"

/* Products over no elements: zeros, and what is fused to them. */

interface Product {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly bias?: number
  readonly activation?: "relu" | "relu6" | "elu" | "sigmoid" | "leakyrelu" | "prelu"
}

const products: readonly Product[] = [
  { a: [3, 0], b: [0, 4] },
  { a: [0, 3], b: [4, 0], transposeA: true, transposeB: true },
  { a: [2, 3, 0], b: [2, 0, 4] },
  { a: [2, 1, 3, 0], b: [5, 0, 4] },
  { a: [1, 3, 0], b: [2, 4, 0], transposeB: true },
  { a: [0, 3, 0], b: [0, 0, 4] },
  { a: [2, 0, 0], b: [2, 0, 4] },
  { a: [3, 0], b: [0, 4], bias: 4 },
  { a: [0, 3], b: [0, 4], transposeA: true, bias: 4 },
  { a: [2, 3, 0], b: [2, 0, 4], bias: 4, activation: "relu" },
  ...(["relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const).map((activation) => ({
    ...{ a: [3, 0], b: [0, 4], bias: 4, activation },
  })),
  { a: [3, 0], b: [0, 4], activation: "sigmoid" },
  // Controls: products over something, and those of which nothing is the result.
  { a: [3, 2], b: [2, 4], bias: 4, activation: "relu" },
  { a: [0, 2], b: [2, 4], bias: 4 },
  { a: [3, 2], b: [2, 0] },
]

const ramp = (shape: readonly number[]) =>
  tf.reshape(tf.sub(tf.range(0, tf.util.sizeFromShape([...shape]), 1, "float32"), 3), [...shape])

function compute({ a, b, transposeA = false, transposeB = false, bias, activation }: Product) {
  return tf.tidy(() => {
    const [left, right] = [ramp(a), ramp(b)]
    const product =
      bias === undefined && activation === undefined
        ? tf.matMul(left, right, transposeA, transposeB)
        : tf.fused.matMul({
            ...{ a: left, b: right, transposeA, transposeB, activation: activation ?? "linear" },
            ...(bias !== undefined && { bias: ramp([bias]) as tf.Tensor1D }),
            ...(activation === "prelu" && { preluActivationWeights: tf.tensor1d([0.1, 0.2, 0.3, 0.4]) }),
            ...(activation === "leakyrelu" && { leakyreluAlpha: 0.3 }),
          } as Parameters<typeof tf.fused.matMul>[0])
    return { shape: product.shape, values: Array.from(product.dataSync()) }
  })
}

const on = async (backend: string, product: Product) => {
  await tf.setBackend(backend)
  return compute(product)
}

describe("WebAssembly, with products over no elements", () => {
  beforeAll(async () => {
    await tf.setBackend("wasm")
    multiplyOverNothing(tf as unknown as Runtime["tf"], "wasm")
  })
  afterAll(() => tf.removeBackend("wasm"))

  it.each(products)("$a times $b: bias $bias, $activation", async (product) => {
    const expected = await on("cpu", product)
    const before = tf.memory().numTensors
    const found = await on("wasm", product)
    expect(found.shape).toEqual(expected.shape)
    found.values.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.values[index] as number, 5)
    })
    expect(found.values).toHaveLength(expected.values.length)
    expect(tf.memory().numTensors).toBe(before)
  })

  it("leaves it to the kernel to refuse sizes that don't go together", async () => {
    await tf.setBackend("wasm")
    expect(() => tf.matMul(tf.zeros([3, 0]), tf.zeros([2, 4]))).toThrow()
  })
})
