import { tfjs } from "@strongroom/backend-tfjs"
import type { InProcessSession, Tensor } from "@strongroom/core"
import { missingTfjsNode, tfjsNodeFolder } from "@strongroom/test-machine"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { engine } from "@tensorflow/tfjs-core"
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { openFiles } from "./open-model.js"
import { loadPlain, type PlainEngine, plainTensorflow, plainWasm } from "./plain.js"
import { operatorKinds, type RandomGraph, randomGraph, randomInputs } from "./random-graphs.js"

/* Random graphs, run again and again, give what TensorFlow.js gives on the same engine, bit for bit. */

const count = process.env.STRONGROOM_FULL ? 1000 : 60
const graphs = Array.from({ length: count }, (_, index) => randomGraph(1000 + index))

const engines = [
  { name: "wasm", plain: plainWasm, backend: () => tfjs({ engine: "wasm" }), missing: undefined },
  {
    name: "tfjs-node",
    plain: plainTensorflow,
    backend: () => tfjs({ engine: "tfjs-node", setupFolder: tfjsNodeFolder }),
    missing: missingTfjsNode(),
  },
]

/** What is run one after another: four times with inputs of the same shapes, of others, and of the first again. */
const runs = [3, 3, 3, 3, 5, 5, 5, 5, 3].map((rows, index) => randomInputs(10 * index + (index % 3), rows))

type Outputs = { readonly [output: string]: Pick<Tensor, "type" | "shape"> & { readonly bytes: string } }

const hex = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("hex")

/** What TensorFlow.js itself gives. */
function runPlain({ tf }: PlainEngine, model: GraphModel, { outputs }: RandomGraph, inputs: (typeof runs)[number]) {
  tf.engine().startScope("plain")
  const given = Object.entries(inputs).map(([name, { data, shape, type }]) => {
    return [name, tf.tensor(data as Float32Array, [...shape], type as "float32" | "int32")]
  })
  const results = [model.execute(Object.fromEntries(given), [...outputs])].flat()
  const read: Outputs = Object.fromEntries(
    results.map((result, index) => {
      const type = result.dtype as "float32" | "int32"
      return [outputs[index], { type, shape: result.shape, bytes: hex(result.dataSync()) }]
    }),
  )
  tf.engine().endScope()
  return read
}

async function runOurs(session: InProcessSession, inputs: Parameters<InProcessSession["run"]>[0]): Promise<Outputs> {
  const outputs = Object.entries(await session.run(inputs))
  return Object.fromEntries(
    outputs.map(([name, { type, shape, data }]) => [name, { type, shape, bytes: hex(data as Float32Array) }]),
  )
}

describe.each(engines)("random graphs on $name", ({ plain, backend, missing }) => {
  describe.skipIf(missing)(missing ?? "run again and again", { timeout: 600_000 }, () => {
    let engine: PlainEngine
    beforeAll(() => {
      engine = plain()
    })
    afterEach(() => vi.restoreAllMocks())

    async function expectedOf(graph: RandomGraph): Promise<readonly Outputs[]> {
      const model = await loadPlain(engine, graph.files)
      const expected = runs.map((inputs) => runPlain(engine, model, graph, inputs))
      model.dispose()
      return expected
    }

    it("give what TensorFlow.js gives, and leave no tensor", async () => {
      const { tf, converter } = engine
      let repeated = 0
      let read = 0
      for (const graph of graphs) {
        const expected = await expectedOf(graph)
        const executions = vi.spyOn(converter.GraphModel.prototype, "execute")
        const before = memoryOf(tf)
        const session = await openFiles(backend(), graph.files)
        const loaded = memoryOf(tf)
        for (const [index, inputs] of runs.entries()) {
          expect(await runOurs(session, inputs), JSON.stringify(graph.kinds)).toEqual(expected[index])
          expect(memoryOf(tf)).toEqual(loaded)
        }
        if (executions.mock.calls.length < runs.length) repeated++
        else read++
        await session.close()
        expect(memoryOf(tf)).toEqual(before)
        executions.mockRestore()
      }
      // Neither way is rare.
      expect(repeated).toBeGreaterThan(count / 4)
      expect(read).toBeGreaterThan(count / 10)
    })

    it("take outputs that were kept, of memory that inputs, weights and other outputs share", async () => {
      for (const graph of graphs.slice(0, count / 3)) {
        const expected = await expectedOf(graph)
        const before = memoryOf(engine.tf)
        const session = await openFiles(backend(), graph.files)
        const loaded = memoryOf(engine.tf)
        for (const [index, inputs] of runs.entries()) {
          const kept = await session.run(inputs, { keep: graph.outputs })
          // The last is x itself.
          const x = kept[graph.outputs.at(-1) as string]
          if (x === undefined || !("kept" in x)) throw new TypeError("the output was to be kept")
          expect(await runOurs(session, { ...inputs, "x:0": x })).toEqual(expected[index])
          for (const output of Object.values(kept)) if ("kept" in output) output.close()
          expect(memoryOf(engine.tf)).toEqual(loaded)
        }
        await session.close()
        expect(memoryOf(engine.tf)).toEqual(before)
      }
    })

    it("would give something else if reads weren't watched", async () => {
      const restore = withoutWatching(engine.tf.engine(), ["readSync"])
      let wrong = 0
      try {
        for (const graph of graphs) {
          const expected = await expectedOf(graph)
          const session = await openFiles(backend(), graph.files)
          const outputs = []
          for (const inputs of runs) outputs.push(await runOurs(session, inputs))
          if (JSON.stringify(outputs) !== JSON.stringify(expected)) wrong++
          await session.close()
        }
      } finally {
        restore()
      }
      expect(wrong).toBeGreaterThan(count / 10)
    })
  })
})

it("are of every operator", () => {
  expect(new Set(graphs.flatMap(({ kinds }) => kinds))).toEqual(new Set(operatorKinds))
})

function memoryOf(tf: PlainEngine["tf"]) {
  const { numTensors, numBytes, numDataBuffers } = tf.memory()
  return { numTensors, numBytes, numDataBuffers }
}

/** Lets nobody replace these methods of TensorFlow.js's engine, until what it returns is called. */
function withoutWatching(engineOfTf: ReturnType<typeof engine>, methods: readonly "readSync"[]): () => void {
  const before = methods.map((name) => [name, engineOfTf[name]] as const)
  for (const [name, method] of before) {
    Object.defineProperty(engineOfTf, name, { configurable: true, get: () => method, set() {} })
  }
  return () => {
    for (const [name, value] of before) {
      Object.defineProperty(engineOfTf, name, { configurable: true, writable: true, enumerable: true, value })
    }
  }
}
