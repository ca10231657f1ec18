import { bytesSource, type ModelToSeal, StrongroomError, tensor } from "@strongroom/core"
import { loadSession } from "@strongroom/core/host"
import * as assert from "../assert.js"
import type { Bench } from "../bench.js"
import { aborted, failure } from "../failures.js"
import { identity, unheardOf, withWeights } from "../networks.js"
import type { ConformanceCase } from "./conformance-case.js"

const x = tensor("float32", [1, 2], [1, 2])

export const loadingCases: readonly ConformanceCase[] = [
  {
    id: "load/unknown-operator",
    title: "a sound model with an operator that the engine lacks is declined, with a reason, when it is loaded",
    run: async (bench) => void (await failure(bench.open(unheardOf()), "model-declined")),
  },
  {
    id: "load/broken-graph",
    title: "a graph that is cut short is an error, not declined",
    run: async (bench) => void (await failure(bench.open(await cutGraph(bench)), "backend-failed")),
  },
  {
    id: "load/part-error",
    title: "an error of this project that a part's read throws comes out as it is",
    reaches: ["engine"],
    async run(bench) {
      const error = new StrongroomError("segment-corrupt", "A segment doesn't have its signed digest.")
      await withDamagedParts(bench, async () => {
        throw error
      }).then(
        () => assert.fail("It was loaded."),
        (thrown: unknown) => assert.equal(thrown, error),
      )
    },
  },
  {
    id: "load/aborted",
    title: "a load that is aborted rejects with the signal's reason, and the next one works",
    reaches: ["engine"],
    async run(bench) {
      const { signal, reason } = aborted()
      await assert.rejects(bench.open(identity("float32", [1, 2]), { signal }), (error) => error === reason)
      const controller = new AbortController()
      const reading = withDamagedParts(
        bench,
        async () => {
          controller.abort(reason)
          throw reason
        },
        controller.signal,
      )
      await assert.rejects(reading, (error) => error === reason)
      await bench.using(identity("float32", [1, 2]), async (session) => {
        assert.deepStrictEqual(await session.run({ x }), { y: x })
      })
    },
  },
  {
    id: "load/two-models",
    title: "models that are loaded together keep their own weights",
    async run(bench) {
      const sessions = await Promise.all(
        [
          [10, 20],
          [30, 40],
        ].map((weights) => bench.open(withWeights(weights, true))),
      )
      try {
        const results = await Promise.all(sessions.map((session) => session.run({ x })))
        assert.deepStrictEqual(results, [
          { y: tensor("float32", [1, 2], [11, 22]) },
          { y: tensor("float32", [1, 2], [31, 42]) },
        ])
      } finally {
        await Promise.all(sessions.map((session) => session.close()))
      }
    },
  },
  {
    id: "load/one-engine",
    title: "one engine holds several sessions, and closing one leaves the others",
    run: (bench) =>
      bench.usingEngine(async (load) => {
        const shipped = [
          [10, 20],
          [30, 40],
        ].map((weights) => bench.ship(withWeights(weights, false)))
        const [first, second] = await Promise.all(shipped.map(async (each) => load(await each)))
        await first?.close()
        assert.deepStrictEqual(await second?.run({ x }), { y: tensor("float32", [1, 2], [31, 42]) })
        await second?.close()
      }),
  },
  {
    id: "load/plaintext-closed",
    title: "the engine closes the plaintext that it took, by the time that its session is closed",
    reaches: ["engine"],
    run: (bench) =>
      bench.usingBare(withWeights([10, 20], true), async ({ session, openPlaintext }) => {
        await session.close()
        assert.equal(openPlaintext(), 0)
      }),
  },
]

/** A model whose graph is the first half of itself. */
export async function cutGraph(bench: Bench): Promise<ModelToSeal> {
  const model = await bench.write(unheardOf())
  const parts = model.parts.map(async (part) => {
    if (part.role !== "graph") return part
    const bytes = new Uint8Array((await part.source.byteLength()) >> 1)
    await part.source.read(0, bytes)
    return { ...part, source: bytesSource(bytes) }
  })
  return { ...model, parts: await Promise.all(parts) }
}

/** Loads a model all of whose reads come to `fail`. */
async function withDamagedParts(bench: Bench, fail: () => Promise<never>, signal?: AbortSignal): Promise<void> {
  const shipped = await bench.ship(withWeights([10, 20], true))
  await bench.usingHost(shipped, "off", async (loaded, { header, manifest, parts: sound }) => {
    const parts = sound.map(({ role, name, byteLength }) => ({
      role,
      name,
      byteLength,
      into: fail,
      chunks: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
    }))
    await loadSession(loaded, { header, manifest, parts }, signal === undefined ? {} : { signal })
  })
}
