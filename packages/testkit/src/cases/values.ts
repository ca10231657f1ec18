import { type Tensor, tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import { elementwise, logicalNot, matrixProduct, twoOutputs, withWeights } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const floats = (shape: readonly number[], ...values: readonly number[]): Tensor => tensor("float32", shape, values)

/**
 * What networks compute. All values are whole numbers and exact in float32, so nothing is tolerated; some aren't in
 * float16, bfloat16 and TF32, so that an engine that computes in those is found.
 */
export const valueCases: readonly ConformanceCase[] = [
  {
    id: "values/add",
    title: "float32 tensors are added",
    run: (bench) =>
      bench.using(elementwise("add", [2, 3]), async (session) => {
        const given = { a: floats([2, 3], 2 ** 23 + 1, 2, 3, 4, 5, 6), b: floats([2, 3], 1, 20, 30, 40, 50, -6) }
        assert.deepStrictEqual(await session.run(given), { y: floats([2, 3], 2 ** 23 + 2, 22, 33, 44, 55, 0) })
      }),
  },
  {
    id: "values/input-names",
    title: "inputs go where their names say, in whatever order they come",
    run: (bench) =>
      bench.using(elementwise("subtract", [2]), async (session) => {
        const [a, b] = [floats([2], 10, 20), floats([2], 1, 2)]
        assert.deepStrictEqual(await session.run({ a, b }), { y: floats([2], 9, 18) })
        assert.deepStrictEqual(await session.run({ b, a }), { y: floats([2], 9, 18) })
      }),
  },
  {
    id: "values/matmul",
    title: "a product of matrices that aren't square is row-major",
    run: (bench) =>
      bench.using(matrixProduct([2, 3], [3, 4]), async (session) => {
        const a = floats([2, 3], 4097, 2, 3, 4, 5, 6)
        const b = floats([3, 4], 4095, 0, 2, -1, 0, 1, 1, 2, 3, 0, -1, 1)
        assert.deepStrictEqual(await session.run({ a, b }), {
          y: floats([2, 4], 2 ** 24 + 8, 2, 8193, -4090, 16398, 5, 7, 12),
        })
      }),
  },
  {
    id: "values/int32",
    title: "int32 tensors are added without passing through float32",
    needs: ({ types }) => types.includes("int32"),
    run: (bench) =>
      bench.using(elementwise("add", [2], "int32"), async (session) => {
        const a = tensor("int32", [2], [2 ** 24, -(2 ** 31)])
        const b = tensor("int32", [2], [1, 1])
        assert.deepStrictEqual(await session.run({ a, b }), { y: tensor("int32", [2], [2 ** 24 + 1, 1 - 2 ** 31]) })
      }),
  },
  {
    id: "values/int64",
    title: "int64 tensors beyond 2^53 are added exactly",
    needs: ({ types }) => types.includes("int64"),
    run: (bench) =>
      bench.using(elementwise("add", [2], "int64"), async (session) => {
        const a = tensor("int64", [2], [2n ** 53n, -(2n ** 62n) - 1n])
        const b = tensor("int64", [2], [1n, -2n])
        const y = tensor("int64", [2], [2n ** 53n + 1n, -(2n ** 62n) - 3n])
        assert.deepStrictEqual(await session.run({ a, b }), { y })
      }),
  },
  {
    id: "values/not",
    title: "bools are inverted, and are 0 or 1",
    needs: ({ types }) => types.includes("bool"),
    run: (bench) =>
      bench.using(logicalNot([3]), async (session) => {
        const x = tensor("bool", [3], [true, false, true])
        assert.deepStrictEqual(await session.run({ x }), { y: tensor("bool", [3], [false, true, false]) })
      }),
  },
  ...[false, true].map(
    (separate): ConformanceCase => ({
      id: separate ? "values/separate-weights" : "values/weights",
      title: separate ? "weights in parts of their own are used" : "weights beside the graph are used",
      run: (bench) =>
        bench.using(withWeights([100, 200, 300], separate), async (session) => {
          const { y } = await session.run({ x: floats([2, 3], 1, 2, 3, 4, 5, 6) })
          assert.deepStrictEqual(y, floats([2, 3], 101, 202, 303, 104, 205, 306))
        }),
    }),
  ),
  {
    id: "values/two-outputs",
    title: "several outputs come under their own names",
    run: (bench) =>
      bench.using(twoOutputs(), async (session) => {
        const result = await session.run({ a: floats([2], 10, 20), b: floats([2], 1, 2) })
        assert.deepStrictEqual(result, { sum: floats([2], 11, 22), difference: floats([2], 9, 18) })
      }),
  },
  {
    id: "values/chosen-outputs",
    title: "only the outputs that are asked for come, none too",
    run: (bench) =>
      bench.using(twoOutputs(), async (session) => {
        const given = { a: floats([2], 10, 20), b: floats([2], 1, 2) }
        const difference = await session.run(given, { outputs: ["difference"] })
        assert.deepStrictEqual(difference, { difference: floats([2], 9, 18) })
        assert.deepStrictEqual(await session.run(given, { outputs: [] }), {})
      }),
  },
]
