import { bytesSource, type ModelToSeal, tensor } from "@strongroom/core"
import * as assert from "../assert.js"
import type { Bench } from "../bench.js"
import { failure } from "../failures.js"
import { mayFail, secretNames, unheardOf, withWeights } from "../networks.js"
import { textsIn } from "../texts-in.js"
import type { ConformanceCase } from "./conformance-case.js"
import { cutGraph } from "./loading.js"

/** No error names a part or a node, whatever goes wrong. */
export const namingCases: readonly ConformanceCase[] = [
  {
    id: "names/declined",
    title: "the reason for declining a model names none of its nodes or parts",
    run: (bench) => namesNothing(bench, bench.open(unheardOf())),
  },
  {
    id: "names/broken-graph",
    title: "the error for a broken graph names none of its nodes or parts",
    run: async (bench) => namesNothing(bench, bench.open(await cutGraph(bench))),
  },
  {
    id: "names/short-weights",
    title: "the error for weights that are too short names no part",
    run: async (bench) => namesNothing(bench, bench.open(await cutWeights(bench))),
  },
  {
    id: "names/failed-run",
    title: "the error of a run that fails names none of the model's nodes",
    run: (bench) =>
      bench.using(mayFail(), (session) => {
        const given = { a: tensor("float32", [1, 2], [1, 2]), b: tensor("float32", [3, 1], [1, 2, 3]) }
        return namesNothing(bench, session.run(given))
      }),
  },
]

async function namesNothing(bench: Bench, promise: Promise<unknown>): Promise<void> {
  const error = await failure(promise, "model-declined", "backend-failed")
  const { parts } = await bench.write(withWeights([1, 2], true))
  const names = [...secretNames, ...parts.flatMap(({ name }) => [name, name.split("/").at(-1) ?? name])]
  const shown = textsIn(error)
  const found = names.filter((name) => shown.includes(name))
  assert.equal(found.length, 0, `The error holds names of the model: ${error.message}`)
}

/** A model whose weights lack their last bytes; the graph still says that they are there. */
async function cutWeights(bench: Bench): Promise<ModelToSeal> {
  const model = await bench.write(withWeights([1, 2], true))
  const parts = model.parts.map((part) =>
    part.role === "weights" ? { ...part, source: bytesSource(new Uint8Array(3)) } : part,
  )
  return { ...model, parts }
}
