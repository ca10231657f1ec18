import { tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import { elementwise, identity, matrixProduct, withWeights } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

export const shapeCases: readonly ConformanceCase[] = [
  {
    id: "shapes/dynamic",
    title: "a size that is known only at run time changes from run to run",
    run: (bench) =>
      bench.using(withWeights([10, 20], false), async (session) => {
        for (const rows of [1, 4, 2]) {
          const values = Array.from({ length: rows * 2 }, (_, index) => index)
          const { y } = await session.run({ x: tensor("float32", [rows, 2], values) })
          const expected = values.map((value, index) => value + (index % 2 === 0 ? 10 : 20))
          assert.deepStrictEqual(y, tensor("float32", [rows, 2], expected))
        }
      }),
  },
  {
    id: "shapes/empty",
    title: "a tensor may have no elements, and keeps its shape",
    run: (bench) =>
      bench.using(withWeights([10, 20], false), async (session) => {
        const { y } = await session.run({ x: tensor("float32", [0, 2], []) })
        assert.deepStrictEqual(y, tensor("float32", [0, 2], []))
      }),
  },
  {
    id: "shapes/empty-sum",
    title: "a product over no elements is zero",
    run: (bench) =>
      bench.using(matrixProduct([2, "inner"], ["inner", 3]), async (session) => {
        const given = { a: tensor("float32", [2, 0], []), b: tensor("float32", [0, 3], []) }
        assert.deepStrictEqual(await session.run(given), { y: tensor("float32", [2, 3], [0, 0, 0, 0, 0, 0]) })
      }),
  },
  {
    id: "shapes/scalar",
    title: "a scalar has the empty shape",
    run: (bench) =>
      bench.using(elementwise("add", []), async (session) => {
        const given = { a: tensor("float32", [], [2]), b: tensor("float32", [], [3]) }
        assert.deepStrictEqual(await session.run(given), { y: tensor("float32", [], [5]) })
      }),
  },
  {
    id: "shapes/ranks",
    title: "one to four dimensions keep their order",
    async run(bench) {
      for (const shape of [[6], [1, 6], [1, 2, 3], [1, 3, 1, 2]]) {
        const x = tensor("float32", shape, [1, 2, 3, 4, 5, 6])
        await bench.using(identity("float32", shape), async (session) => {
          assert.deepStrictEqual(await session.run({ x }), { y: x })
        })
      }
    },
  },
]
