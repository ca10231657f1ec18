import { tensor } from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import * as assert from "../assert.js"
import { bareInputs, bareOutput } from "../bare-engine.js"
import { aborted, failure, pause } from "../failures.js"
import { elementwise, identity, mayFail, twoOutputs, withWeights } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const floats = (...values: readonly number[]) => tensor("float32", [values.length], values)
const ab = (a: number, b: number) => ({ a: floats(a, a), b: floats(b, b) })

export const runningCases: readonly ConformanceCase[] = [
  {
    id: "run/together",
    title: "runs that are started together give each its own result",
    run: (bench) =>
      bench.using(elementwise("add", [2]), async (session) => {
        const numbers = Array.from({ length: 8 }, (_, index) => index)
        const results = await Promise.all(numbers.map((number) => session.run(ab(number, 100))))
        assert.deepStrictEqual(
          results,
          numbers.map((number) => ({ y: floats(number + 100, number + 100) })),
        )
      }),
  },
  {
    id: "run/inputs-unchanged",
    title: "an engine doesn't write to its inputs",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(twoOutputs(), async ({ run }) => {
        const inputs = bareInputs(ab(10, 1))
        await run(inputs, { outputs: ["sum", "difference"] })
        assert.deepStrictEqual(inputs, bareInputs(ab(10, 1)))
      }),
  },
  {
    id: "run/outputs-stay",
    title: "outputs aren't written again: neither by the next run nor through the inputs, nor do they share memory",
    reaches: ["engine"],
    async run(bench) {
      await bench.usingBare(twoOutputs(), async ({ run }) => {
        const first = await run(bareInputs(ab(10, 1)), { outputs: ["sum", "difference"] })
        await run(bareInputs(ab(50, 7)), { outputs: ["sum", "difference"] })
        assert.deepStrictEqual(bareOutput(first, "sum"), floats(11, 11))
        assert.deepStrictEqual(bareOutput(first, "difference"), floats(9, 9))
      })
      await bench.usingBare(identity("float32", [2]), async ({ run }) => {
        const inputs = bareInputs({ x: floats(1, 2) })
        const outputs = await run(inputs, { outputs: ["y"] })
        scribble(inputs.x)
        assert.deepStrictEqual(bareOutput(outputs, "y"), floats(1, 2))
      })
    },
  },
  {
    id: "run/engine-outputs",
    title: "the engine itself gives the outputs that are asked for and no others",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(twoOutputs(), async ({ run }) => {
        for (const outputs of [["sum"], ["difference"], []]) {
          assert.deepStrictEqual(Object.keys(await run(bareInputs(ab(10, 1)), { outputs })), outputs)
        }
      }),
  },
  {
    id: "run/failure",
    title: "a run that fails is an error, and the session goes on",
    run: (bench) =>
      bench.using(mayFail(), async (session) => {
        const a = tensor("float32", [1, 2], [1, 2])
        const unfit = tensor("float32", [3, 1], [1, 2, 3])
        await failure(session.run({ a, b: unfit }), "backend-failed")
        const { y } = await session.run({ a, b: tensor("float32", [2, 1], [3, 4]) })
        assert.deepStrictEqual(y, tensor("float32", [1, 1], [11]))
      }),
  },
  {
    id: "run/aborted",
    title: "runs that are aborted, early or late, reject with the signal's reason and leave the others alone",
    run: (bench) =>
      bench.using(withWeights([10, 20], false), async (session) => {
        const { signal, reason } = aborted()
        const given = (value: number) => ({ x: tensor("float32", [1, 2], [value, value]) })
        await assert.rejects(session.run(given(0), { signal }), (error) => error === reason)
        const controller = new AbortController()
        const runs = Array.from({ length: 6 }, (_, index) =>
          session.run(given(index), index % 2 === 0 ? { signal: controller.signal } : {}),
        )
        const settled = Promise.allSettled(runs)
        controller.abort(reason)
        for (const [index, result] of (await settled).entries()) {
          const y = tensor("float32", [1, 2], [index + 10, index + 20])
          const even = { status: "rejected", reason }
          assert.deepStrictEqual(result, index % 2 === 0 ? even : { status: "fulfilled", value: { y } })
        }
      }),
  },
  {
    id: "run/cancels",
    title: "an engine that cancels rejects an aborted run with the signal's reason",
    needs: ({ cancels }) => cancels,
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(elementwise("add", [2]), async ({ run }) => {
        const controller = new AbortController()
        const reason = new Error("The testkit aborts.")
        const running = run(bareInputs(ab(10, 1)), { outputs: ["y"], signal: controller.signal })
        controller.abort(reason)
        await assert.rejects(running, (error) => error === reason)
      }),
  },
  {
    id: "run/aborted-inputs",
    title: "an aborted run settles only when nothing reads its inputs any more",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(elementwise("add", [2]), async ({ run }) => {
        let settled = false
        let late = 0
        const controller = new AbortController()
        const raws = bareInputs(ab(10, 1))
        const read = () => {
          late += settled ? 1 : 0
        }
        const inputs = Object.fromEntries(Object.entries(raws).map(([name, raw]) => [name, watched(raw, read)]))
        const running = run(inputs, { outputs: ["y"], signal: controller.signal })
        controller.abort(new Error("The testkit aborts."))
        await Promise.allSettled([running])
        settled = true
        for (const raw of Object.values(raws)) scribble(raw)
        await pause(50)
        assert.equal(late, 0, "The engine read an input after its run had settled.")
        const { y } = await run(bareInputs(ab(20, 2)), { outputs: ["y"] })
        assert.deepStrictEqual(y && bareOutput({ y }, "y"), floats(22, 22))
      }),
  },
]

/** `raw`, with a word to `read` whenever somebody asks for its bytes. */
function watched(raw: RawTensor, read: () => void): RawTensor {
  const { data } = raw
  return Object.defineProperty({ ...raw }, "data", {
    enumerable: true,
    get() {
      read()
      return data
    },
  })
}

function scribble(raw: RawTensor | undefined): void {
  if (raw?.data instanceof Uint8Array) raw.data.fill(0x55)
}
