import { type Kept, type Tensor, tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import { bareInputs, bareOutput } from "../bare-engine.js"
import { pieceBytes } from "../memory-growth.js"
import { accumulator } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const floats = (...values: readonly number[]) => tensor("float32", [values.length], values)
const elements = pieceBytes / 4

export const keepingCases: readonly ConformanceCase[] = [
  {
    id: "kept/state",
    title: "an output that is kept is an input of the next run, and stays what it was",
    run: (bench) =>
      bench.using(accumulator(2), async (session) => {
        let state: Tensor | Kept = floats(0, 0)
        const states: Kept[] = []
        for (const expected of [1, 2, 3]) {
          const result: { readonly [name: string]: Tensor | Kept } = await session.run(
            { x: floats(1, 1), state },
            { keep: ["next"] },
          )
          assert.deepStrictEqual(result.y, floats(expected, expected))
          states.push(kept(result.next))
          state = kept(result.next)
        }
        const [first] = states
        const again = await session.run({ x: floats(5, 5), state: first as Kept })
        assert.deepStrictEqual(again.y, floats(6, 6))
        for (const each of states) each.close()
      }),
  },
  {
    id: "kept/in-engine",
    title: "an engine that keeps outputs gives no tensor for them",
    needs: ({ keepsOutputs }) => keepsOutputs,
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(accumulator(2), async ({ run }) => {
        const given = bareInputs({ x: floats(1, 2), state: floats(10, 20) })
        const { next } = await run(given, { outputs: ["next"], keep: ["next"] })
        assert.ok(next !== undefined && "kept" in next && typeof next.close === "function")
        const { x } = bareInputs({ x: floats(100, 200) })
        assert.ok(x !== undefined)
        const result = await run({ x, state: next }, { outputs: ["y"] })
        assert.deepStrictEqual(bareOutput(result, "y"), floats(111, 222))
        next.close()
      }),
  },
  {
    id: "kept/freed",
    title: "a kept output that is closed is freed",
    needs: ({ keepsOutputs }) => keepsOutputs,
    reaches: ["memory"],
    run: (bench) =>
      bench.using(accumulator(elements), async (session) => {
        const given = { x: filled(elements, 1), state: filled(elements, 2) }
        const keepAndClose = async () => {
          const { next } = await session.run(given, { outputs: ["next"], keep: ["next"] })
          kept(next).close()
        }
        const limit = 12 * pieceBytes
        const growth = await bench.memoryGrowth(24, keepAndClose, limit)
        assert.ok(growth < limit, `24 kept outputs of 4 MiB were closed; memory grew by ${growth} bytes.`)
      }),
  },
]

function kept(value: unknown): Kept {
  assert.ok(typeof value === "object" && value !== null && "kept" in value, "The output isn't kept.")
  return value as Kept
}

function filled(size: number, value: number) {
  return tensor("float32", [size], new Float32Array(size).fill(value))
}
