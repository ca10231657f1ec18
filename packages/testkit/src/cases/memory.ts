import { tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import { pieceBytes } from "../memory-growth.js"
import { identity, withWeights } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const elements = pieceBytes / 4

/** What leaks shows against a limit of half of what would leak, so that the noise of a process stays below it. */
export const memoryCases: readonly ConformanceCase[] = [
  {
    id: "memory/runs",
    title: "memory doesn't grow with the number of runs",
    reaches: ["memory"],
    run: (bench) =>
      bench.using(identity("float32", [elements]), async (session) => {
        const x = tensor("float32", [elements], new Float32Array(elements).fill(1))
        const limit = 20 * pieceBytes
        const growth = await bench.memoryGrowth(40, async () => void (await session.run({ x })), limit)
        assert.ok(growth < limit, `40 runs with an output of 4 MiB; memory grew by ${growth} bytes.`)
      }),
  },
  {
    id: "memory/sessions",
    title: "memory doesn't grow with the number of sessions that were closed",
    reaches: ["memory"],
    run: (bench) =>
      bench.usingEngine(async (load) => {
        const shipped = await bench.ship(withWeights(new Array(elements).fill(1), true))
        const limit = 10 * pieceBytes
        const growth = await bench.memoryGrowth(20, async () => (await load(shipped)).close(), limit)
        assert.ok(growth < limit, `20 sessions with weights of 4 MiB; memory grew by ${growth} bytes.`)
      }),
  },
]
