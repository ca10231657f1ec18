import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
  type AttentionBatch,
  type AttentionMatrix,
  type AttentionShape,
  attention,
} from "../../src/kernels/attention.js"
import type { AttentionEpilogue } from "../../src/kernels/attention-source.js"
import { triedIn } from "../fast-form.js"
import { createKernelRunner, type KernelRunner, randomFloats, relativeError } from "./kernel-runner.js"
import { deviceOf, vectorWidths } from "./vector-widths.js"

/** Heads side by side in each row, as a transformer's linear layers leave them. */
function sideBySide(
  [images, heads]: readonly [number, number],
  rows: number,
  keys: number,
  depth: number,
  width = depth,
): AttentionShape {
  return {
    ...{ batch: [1, images, heads], rows, keys, depth, width },
    query: { row: heads * depth, batch: [0, rows * heads * depth, depth] },
    key: { row: heads * depth, column: 1, batch: [0, keys * heads * depth, depth] },
    value: { row: heads * width, batch: [0, keys * heads * width, width] },
    output: { row: heads * width, batch: [0, rows * heads * width, width] },
    guard: undefined,
  }
}

const shapes: Readonly<Record<string, AttentionShape>> = {
  "sizes that nothing divides": sideBySide([2, 3], 45, 61, 37, 21),
  "sizes that tiles divide": sideBySide([1, 2], 64, 112, 32),
  "few queries": sideBySide([1, 2], 16, 75, 64),
  "one key": sideBySide([1, 1], 33, 1, 16),
  "floats fewer than a vector's": sideBySide([1, 2], 20, 19, 3, 5),
  "transposed keys": {
    ...sideBySide([1, 2], 40, 59, 24),
    key: { row: 1, column: 59, batch: [0, 2 * 24 * 59, 24 * 59] },
  },
  "groups of heads that share keys, and values otherwise": {
    ...sideBySide([2, 6], 21, 30, 17),
    batch: [2, 3, 2],
    query: { row: 6 * 17, batch: [21 * 6 * 17, 2 * 17, 17] },
    key: { row: 3 * 17, column: 1, batch: [30 * 3 * 17, 17, 0] },
    value: { row: 2 * 17, batch: [30 * 2 * 17, 0, 17] },
    output: { row: 6 * 17, batch: [21 * 6 * 17, 2 * 17, 17] },
  },
}

/** Halves scores, by queries and keys, and adds a number for each query and key. */
const biased: AttentionEpilogue = {
  parameters: ", const int step, const int twice",
  integers: [7, 2],
  begin: "",
  changesQuery: " * 3.0f / (2 * twice)",
  changesKey: " * 2.0f / 3.0f",
  apply: (value, { row, key, width }) => {
    const lanes = Array.from({ length: width }, (_, lane) => `((${row} + ${lane}) * step + ${key} * 3) % 11`)
    return `${value} = ${value} + (float${width})(${lanes.join(", ")});`
  },
}
const bias = (row: number, key: number) => (row * 7 + key * 3) % 11

interface Inputs {
  readonly query: Float32Array
  readonly key: Float32Array
  readonly value: Float32Array
}

/** In the softmax' own words, with numbers of 64 bits; what isn't written is NaN. */
function plainAttention(shape: AttentionShape, { query, key, value }: Inputs, length: number): Float32Array {
  const { batch, rows, keys, depth, width } = shape
  const output = new Float32Array(length).fill(Number.NaN)
  const place = ({ batch, row: length }: AttentionMatrix, [outer, middle, inner]: AttentionBatch, row: number) =>
    outer * batch[0] + middle * batch[1] + inner * batch[2] + row * length
  for (let outer = 0; outer < batch[0]; outer += 1)
    for (let index = 0; index < batch[1] * batch[2]; index += 1)
      for (let row = 0; row < rows; row += 1) {
        const at = [outer, Math.floor(index / batch[2]), index % batch[2]] as const
        const shares = Array.from({ length: keys }, (_, one) => {
          let score = 0
          for (let step = 0; step < depth; step += 1)
            score +=
              (query[place(shape.query, at, row) + step] as number) *
              (key[place(shape.key, at, one) + step * shape.key.column] as number)
          return Math.exp(score / 2 + bias(row, one) - 10)
        })
        const total = shares.reduce((sum, share) => sum + share, 0)
        for (let step = 0; step < width; step += 1) {
          const mean = shares.reduce((sum, share, one) => {
            return sum + share * (value[place(shape.value, at, one) + step] as number)
          }, 0)
          output[place(shape.output, at, row) + step] = mean / total
        }
      }
  return output
}

describe.skipIf(missingDriver("pocl"))("attention", () => {
  let runner: KernelRunner
  beforeAll(() => {
    runner = createKernelRunner()
  })
  afterAll(() => runner.release())

  async function errorOf(shape: AttentionShape, vectorWidth: 8 | 16): Promise<number> {
    const { batch, rows, keys, depth, width } = shape
    const lengthOf = (matrix: AttentionMatrix, count: number, last: number) =>
      matrix.batch.reduce((sum, distance, axis) => sum + ((batch[axis] as number) - 1) * distance, 0) +
      (count - 1) * matrix.row +
      last
    const query = randomFloats(lengthOf(shape.query, rows, depth), 1)
    const key = randomFloats(lengthOf(shape.key, keys, (depth - 1) * shape.key.column + 1), 2)
    const value = randomFloats(lengthOf(shape.value, keys, width), 3)
    const length = lengthOf(shape.output, rows, width)
    runner.set("query", query)
    // What may be read beyond the last key must not count.
    runner.set("key", Float32Array.of(...key, ...new Float32Array(16).fill(Number.NaN)))
    runner.set("value", value)
    runner.set("output", length)
    runner.run(attention(deviceOf(vectorWidth), shape, biased))
    return relativeError(await runner.read("output"), plainAttention(shape, { query, key, value }, length))
  }

  describe.each(vectorWidths)("in vectors of %i", (vectorWidth) => {
    it.each(triedIn(Object.keys(shapes), vectorWidth, vectorWidths))("of %s", async (name) => {
      expect(await errorOf(shapes[name] as AttentionShape, vectorWidth)).toBeLessThan(2e-6)
    })
  })
})
