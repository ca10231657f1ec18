import type { Artifacts } from "@strongroom/core/backend"
import { heapPlaintext } from "@strongroom/core/host"
import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { estimating } from "../../src/engine/tuning/session-tuning.js"
import type { OnnxGraph } from "../../src/onnx/model.js"
import {
  createNetworkRunner,
  floats,
  graph,
  integers,
  node,
  runSession,
  type TestTensor,
  tensor,
} from "../operators/network-runner.js"

const why = missingDriver("pocl")
const key = "plans"

/** What is put is found, as it was put. */
function memoryArtifacts() {
  const kept = new Map<string, Uint8Array>()
  const artifacts: Pick<Artifacts, "get" | "put"> = {
    async get(name) {
      const found = kept.get(name)
      if (found === undefined) return undefined
      const plaintext = heapPlaintext(found.length)
      plaintext.bytes.set(found)
      return plaintext
    },
    async put(name, bytes) {
      kept.set(name, bytes.slice())
    },
  }
  return { kept, artifacts }
}

/** A product with what is constant, something of each element, and a result that is an input, or known before. */
const network = graph(
  [
    node("MatMul", ["x", "matrix"], ["product"]),
    node("Erf", ["product"], ["y"]),
    node("Shape", ["x"], ["shape"]),
    node("Identity", ["x"], ["same"]),
    node("Transpose", ["y"], ["turned"]),
  ],
  ["x"],
  ["y", "shape", "same", "turned"],
  "float32",
  {
    matrix: tensor(
      "float32",
      [3, 2],
      [1, 2, 3, 4, 5, 6].map((value) => value / 16),
    ),
  },
)
const x = (rows: number, add = 0) =>
  tensor(
    "float32",
    [rows, 3],
    Array.from({ length: 3 * rows }, (_, index) => Math.fround((index % 7) / 8 + add)),
  )

describe.skipIf(why)(`Plans that are kept${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  /** Opens a session, runs it for one input after the other, and closes it; and tells how often the graph was read. */
  async function runAll(
    artifacts: Pick<Artifacts, "get" | "put">,
    of: OnnxGraph,
    ...runs: readonly Readonly<Record<string, TestTensor>>[]
  ) {
    const before = runner.graphs
    const session = await runner.open(of, 18, estimating, artifacts)
    const results: Record<string, TestTensor>[] = []
    for (const inputs of runs)
      results.push(
        await runSession(
          session,
          inputs,
          of.outputs.map(({ name }) => name),
        ),
      )
    const { launches } = session
    await session.close()
    return { results, launches, graphs: runner.graphs - before }
  }

  it("are run without the model's graph, for other data, too; other shapes and outputs are planned", async () => {
    const { artifacts } = memoryArtifacts()
    const planned = await runAll(artifacts, network, { x: x(2) }, { x: x(2, 1) })
    expect(planned.graphs).toBe(1)
    const kept = await runAll(artifacts, network, { x: x(2) }, { x: x(2, 1) })
    expect(kept).toEqual({ ...planned, graphs: 0 })
    expect(kept.results[0]?.y?.elements).not.toEqual(kept.results[1]?.y?.elements)
    expect(kept.results[1]).toMatchObject({ shape: integers(2, 3), same: x(2, 1) })
    const three = await runAll(artifacts, network, { x: x(3) }, { x: x(2) })
    expect(three).toMatchObject({ graphs: 1, results: [{ y: { shape: [3, 2] } }, planned.results[0]] })
    const others = { ...network, outputs: network.outputs.slice(0, 1) }
    expect(await runAll(artifacts, others, { x: x(2) })).toMatchObject({
      graphs: 1,
      results: [{ y: planned.results[0]?.y }],
    })
  })

  it("are those of the latest four shapes", async () => {
    const { artifacts } = memoryArtifacts()
    for (let rows = 1; rows <= 5; rows += 1) await runAll(artifacts, network, { x: x(rows) })
    expect(await runAll(artifacts, network, { x: x(5) }, { x: x(2) })).toMatchObject({ graphs: 0 })
    expect(await runAll(artifacts, network, { x: x(1) })).toMatchObject({ graphs: 1 })
  })

  it("aren't kept where data or chance decides something", async () => {
    const { artifacts, kept } = memoryArtifacts()
    const places = graph([node("NonZero", ["x"], ["y"])], ["x"], ["y"])
    await runAll(artifacts, places, { x: floats(1, 0, 2) })
    const draws = graph([node("RandomUniformLike", ["x"], ["y"])], ["x"], ["y"])
    const [first, second] = [
      await runAll(artifacts, draws, { x: floats(1, 2) }),
      await runAll(artifacts, draws, { x: floats(1, 2) }),
    ]
    expect(kept.has(key)).toBe(false)
    expect(second.results).not.toEqual(first.results)
  })

  it("are made again where another engine has made them, or they aren't whole", async () => {
    const { artifacts, kept } = memoryArtifacts()
    const planned = await runAll(artifacts, network, { x: x(2) })
    const text = new TextDecoder().decode(kept.get(key))
    for (const other of [text.replace(/"maker":"/, '"maker":"another '), text.slice(0, -2), "[]", "null", ""]) {
      expect(other).not.toBe(text)
      kept.set(key, new TextEncoder().encode(other))
      expect(await runAll(artifacts, network, { x: x(2) })).toEqual(planned)
      expect(new TextDecoder().decode(kept.get(key))).toBe(text)
    }
  })
})
