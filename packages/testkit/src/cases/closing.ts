import { tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import { bareInputs, bareOutput } from "../bare-engine.js"
import { elementwise } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const floats = (...values: readonly number[]) => tensor("float32", [values.length], values)
const given = { a: floats(10, 20), b: floats(1, 2) }

export const closingCases: readonly ConformanceCase[] = [
  {
    id: "close/waits",
    title: "closing a session waits for its runs",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(elementwise("add", [2]), async ({ run, session }) => {
        let settled = false
        const running = run(bareInputs(given), { outputs: ["y"] }).finally(() => {
          settled = true
        })
        await session.close()
        assert.ok(settled, "The session was closed before its run had settled.")
        assert.deepStrictEqual(bareOutput(await running, "y"), floats(11, 22))
      }),
  },
  {
    id: "close/no-run-after",
    title: "a session that is closed runs no more",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(elementwise("add", [2]), async ({ run, session }) => {
        await session.close()
        await assert.rejects(run(bareInputs(given), { outputs: ["y"] }))
      }),
  },
  {
    id: "close/twice",
    title: "sessions and engines can be closed twice",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(elementwise("add", [2]), async ({ session, engine }) => {
        await Promise.all([session.close(), session.close()])
        await session.close()
        await engine.close()
        await engine.close()
      }),
  },
  {
    id: "close/files",
    title: "nothing stays in the host's directory when the engine is closed, under the cache policy `off`",
    reaches: ["directory"],
    async run(bench) {
      const { readdir } = await import("node:fs/promises")
      const before = await readdir(bench.directory())
      await bench.using(elementwise("add", [2]), async (session) => void (await session.run(given)))
      assert.deepStrictEqual(await readdir(bench.directory()), before)
    },
  },
]
