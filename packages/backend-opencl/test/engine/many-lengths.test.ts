import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, graph, integers, node, runSession, tensor } from "../operators/network-runner.js"

const why = missingDriver("pocl")

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

/** What one collection finalises, the next one frees. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 3; turn += 1) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return process.memoryUsage()
}

/** What a session has after some runs; memory in bytes. */
interface Held {
  readonly programs: number
  readonly device: number
  /** Of JavaScript. */
  readonly heap: number
  /** All else that the process has. */
  readonly native: number
}

/** What is above 0: where, how much of all, the largest of it and the sums of all before. Lengths depend on data. */
const chooses = graph(
  [
    node("NonZero", ["flags"], ["places"]),
    node("Squeeze", ["places", "first"], ["list"]),
    node("Gather", ["x", "list"], ["chosen"]),
    node("Softmax", ["chosen"], ["share"]),
    node("CumSum", ["share", "first"], ["sums"]),
    node("TopK", ["sums", "one"], ["most", "where"]),
    node("ReduceSum", ["share"], ["whole"], { keepdims: 1 }),
    node("Compress", ["x", "flags"], ["pressed"], { axis: 0 }),
    node("Sub", ["pressed", "chosen"], ["nothing"]),
    node("ReduceMax", ["nothing"], ["largest"], { keepdims: 1 }),
    node("Concat", ["whole", "most", "largest"], ["y"], { axis: 0 }),
  ],
  ["x", "flags"],
  ["y", "where"],
  "float32",
  { first: integers(0), one: integers(1) },
)

describe.skipIf(why)(`A thousand lengths of an input${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it("leave memory as it is, and are computed by kernels that are compiled once.", async () => {
    const session = await runner.open(chooses, 13)
    const seen: Held[] = []
    for (let run = 1; run <= 1000; run += 1) {
      // Each once, in an order that is none.
      const length = 8 + ((run * 389) % 1000)
      const isChosen = Array.from({ length }, (_, index) => Number((index * run) % 3 > 0 || index === 0))
      const x = tensor(
        "float32",
        [length],
        isChosen.map((chosen, index) => (chosen ? (index % 5) / 4 : 9)),
      )
      const { y } = await runSession(session, { x, flags: tensor("bool", [length], isChosen) }, ["y", "where"])
      expect(y?.elements).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4), 0])
      if (run % 250 === 0) {
        const { rss, heapUsed, heapTotal } = await settled()
        seen.push({ programs: runner.programs, device: session.memory.bytes, heap: heapUsed, native: rss - heapTotal })
      }
    }
    const [early, late] = [seen.at(0), seen.at(-1)] as [Held, Held]
    // A length that vectors divide has a kernel of its own, and so on: a few texts for all lengths.
    expect(late.programs).toBeLessThan(10)
    // Four lengths are ready, longer ones or shorter.
    expect(late.device).toBeLessThan(2 * early.device)
    expect(late.heap - early.heap).toBeLessThan(10 << 20)
    expect(late.native - early.native).toBeLessThan(30 << 20)
    await session.close()
    expect(session.memory.bytes).toBe(0)
  }, 180_000)
})
