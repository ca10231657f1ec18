import { tfjs } from "@strongroom/backend-tfjs"
import { type InProcessSession, type Tensor, tensor } from "@strongroom/core"
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest"
import { type GraphFiles, graphFiles, types, type Weight } from "./graph-files.js"
import { convolutionalNetwork, doubler, gatherer, seeded } from "./graph-models.js"
import { openFiles } from "./open-model.js"
import { plainWasm } from "./plain.js"

/* Graphs that run again and again: from the third time on their kernels alone, where those give the same. */

// The copies of the modules that the backend's engine uses on this thread.
const { tf, converter } = plainWasm()

/** TensorFlow.js's own runs of graphs. */
let executions: MockInstance
beforeEach(() => {
  executions = vi.spyOn(converter.GraphModel.prototype, "execute")
})
afterEach(() => vi.restoreAllMocks())

type Inputs = { readonly [name: string]: Tensor }

const open = (files: GraphFiles) => openFiles(tfjs({ engine: "wasm" }), files)

/** Runs a model with one after another, each of which must give what a model does that has just been opened. */
async function runAll(files: GraphFiles, all: readonly Inputs[]): Promise<{ readonly executions: number }> {
  const expected = []
  for (const inputs of all) {
    const fresh = await open(files)
    expected.push(await fresh.run(inputs))
    await fresh.close()
  }
  executions.mockClear()
  const session = await open(files)
  for (const [index, inputs] of all.entries()) expect(await session.run(inputs)).toEqual(expected[index])
  const count = executions.mock.calls.length
  await session.close()
  return { executions: count }
}

const float = { type: types.float32 }
const integer = { type: types.int32 }
const floats = (...values: number[]) => tensor("float32", [values.length], values)
const integers = (...values: number[]) => tensor("int32", [values.length], values)

function integerWeight(name: string, ...values: number[]): Weight {
  return { name, dtype: "int32", shape: [values.length], bytes: new Uint8Array(Int32Array.from(values).buffer) }
}

function floatWeight(name: string, value: number): Weight {
  return { name, dtype: "float32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) }
}

const image = (seed: number, count = 2) => tensor("float32", [count, 32, 32, 3], seeded(seed, count * 32 * 32 * 3))

describe("a graph that does the same for all inputs of the same shapes", () => {
  it("is run by its kernels alone from the third time on", async () => {
    const images = [1, 2, 3, 4, 5].map((seed) => ({ "image:0": image(seed) }))
    expect(await runAll(convolutionalNetwork(), images)).toEqual({ executions: 2 })
  })

  it("is recorded once for each of the shapes that it is given in turn", async () => {
    const images = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => ({ "image:0": image(seed, 1 + (seed % 2)) }))
    expect(await runAll(convolutionalNetwork(), images)).toEqual({ executions: 4 })
  })

  it("may take its inputs' shapes into account", async () => {
    const all = [floats(1, 2), floats(3, 4), floats(5, 6), floats(7), floats(8, 9)].map((x) => ({ "x:0": x }))
    expect(await runAll(shapeAdder(), all)).toEqual({ executions: 3 })
  })

  it("may pass on an input and a weight, and give one output twice", async () => {
    const session = await open(passingOn())
    for (const value of [1, 2, 3, 4]) {
      const given = { "x:0": floats(value) }
      const outputs = await session.run(given, { outputs: ["same:0", "weight:0", "same:0"] })
      expect(outputs).toMatchObject({
        "same:0": { data: Float32Array.of(value) },
        "weight:0": { data: Float32Array.of(7) },
      })
    }
    expect(executions).toHaveBeenCalledTimes(2)
  })

  it("may be asked for some of its outputs, and to keep them", async () => {
    const session = await open(convolutionalNetwork())
    const whole = await session.run({ "image:0": image(1) })
    for (let count = 0; count < 4; count++) {
      const features = await session.run({ "image:0": image(1) }, { outputs: ["features:0"] })
      expect(features).toEqual({ "features:0": whole["features:0"] })
    }
    const other = await open(subtractor())
    for (const value of [5, 6, 7, 8]) {
      const inputs = { "a:0": floats(value), "b:0": floats(2) }
      const kept = (await other.run(inputs, { keep: ["difference:0"] }))["difference:0"]
      if (kept === undefined || !("kept" in kept)) throw new TypeError("the output was to be kept")
      const again = await other.run({ "a:0": kept, "b:0": floats(1) })
      expect(again["difference:0"]?.data).toEqual(Float32Array.of(value - 3))
      kept.close()
    }
  })
})

describe("a graph that may do something else with other inputs", () => {
  it.each<[string, GraphFiles, readonly Inputs[]]>([
    [
      "whose input says the shape of an output",
      reshaper(),
      [integers(2, 3), integers(2, 3), integers(3, 2), integers(1, 6), integers(6, 1)].map((to) => ({ "shape:0": to })),
    ],
    [
      "whose input is filled in as a number",
      filler(),
      [1, 2, 3, 4].map((value) => ({ "value:0": tensor("float32", [], [value]) })),
    ],
    [
      "whose input says an axis, by what is computed of it",
      axisAdder(),
      [0, 0, 1, 0, 1].map((axis) => ({ "axis:0": integers(axis), "x:0": tensor("float32", [2, 2], [1, 2, 3, 4]) })),
    ],
  ])("%s is run by TensorFlow.js each time", async (_, files, all) => {
    expect(await runAll(files, all)).toEqual({ executions: all.length })
  })

  it.each(["y", "y:z"])("with random numbers gives others each time, where its output is %s:0", async (output) => {
    const session = await open(randomAdder(output))
    const seen = new Set<number>()
    for (let count = 0; count < 6; count++)
      seen.add((await session.run({ "x:0": floats(0) }))[`${output}:0`]?.data[0] as number)
    expect(seen.size).toBe(6)
  })

  it("with control flow is run as before", async () => {
    const session = await open(doubler())
    const doubled = async (x: number) => (await session.run({ "x:0": tensor("float32", [], [x]) }))["y:0"]?.data[0]
    for (const [x, y] of [
      [3, 1536],
      [3, 1536],
      [3, 1536],
      [999, 1998],
      [1000, 1000],
    ] as const) {
      expect(await doubled(x)).toBe(y)
    }
  })

  it("gives the difference of two inputs where they were one kept tensor before", async () => {
    const session = await open(subtractor())
    const made = (await session.run({ "a:0": floats(5), "b:0": floats(2) }, { keep: ["difference:0"] }))["difference:0"]
    if (made === undefined || !("kept" in made)) throw new TypeError("the output was to be kept")
    const difference = async (inputs: Parameters<InProcessSession["run"]>[0]) =>
      (await session.run(inputs))["difference:0"]?.data
    for (let count = 0; count < 3; count++)
      expect(await difference({ "a:0": made, "b:0": made })).toEqual(Float32Array.of(0))
    for (let count = 0; count < 3; count++)
      expect(await difference({ "a:0": floats(9), "b:0": made })).toEqual(Float32Array.of(6))
  })
})

describe("a recorded run", () => {
  it("that fails frees all, and the next succeeds", async () => {
    const session = await open(gatherer(3))
    const gathered = async (index: number) =>
      (await session.run({ "indices:0": tensor("int32", [1, 1], [index]) }))["gathered:0"]?.data
    for (const index of [0, 1, 2]) expect(await gathered(index)).toEqual(Float32Array.of(index + 1))
    const { numTensors, numBytes } = tf.memory()
    for (const index of [4, -1, 2 ** 31 - 1])
      await expect(gathered(index)).rejects.toMatchObject({ code: "backend-failed" })
    expect(await gathered(3)).toEqual(Float32Array.of(4))
    expect(executions).toHaveBeenCalledTimes(2)
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
  })

  it("leaves nothing in the engine's memory when the model is closed, of any of a hundred shapes", async () => {
    const before = tf.memory()
    const session = await open(shapeAdder())
    for (let length = 1; length <= 100; length++) {
      const x = floats(...Array.from({ length }, (_, index) => index))
      for (let count = 0; count < 3; count++) {
        expect((await session.run({ "x:0": x }))["y:0"]?.data[0]).toBe(length)
      }
    }
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
    await session.close()
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
  })

  it("leaves TensorFlow.js as it was for others on the thread", async () => {
    const engine = tf.engine()
    const { runKernel, makeTensor, readSync, read, readToGPU } = engine
    const session = await open(convolutionalNetwork())
    for (const seed of [1, 2, 3]) await session.run({ "image:0": image(seed) })
    expect(engine.runKernel).toBe(runKernel)
    expect(engine).toMatchObject({ makeTensor, readSync, read, readToGPU })
  })
})

/** The length of x added to each of its elements. */
function shapeAdder(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [-1] }],
    outputs: [{ name: "y", dtype: types.float32, shape: [-1] }],
    weights: [],
    nodes: [
      { name: "shape", op: "Shape", input: ["x"], attr: { T: float } },
      { name: "length", op: "Cast", input: ["shape"], attr: { SrcT: integer, DstT: float } },
      { name: "y", op: "AddV2", input: ["x", "length"], attr: { T: float } },
    ],
  })
}

function passingOn(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [1] }],
    outputs: [
      { name: "same", dtype: types.float32, shape: [1] },
      { name: "weight", dtype: types.float32, shape: [] },
    ],
    weights: [floatWeight("seven", 7)],
    nodes: [
      { name: "same", op: "Identity", input: ["x"], attr: { T: float } },
      { name: "weight", op: "Identity", input: ["seven"], attr: { T: float } },
    ],
  })
}

/** Six weights in the shape that the input says. */
function reshaper(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "shape", dtype: types.int32, shape: [2] }],
    outputs: [{ name: "y", dtype: types.int32, shape: [-1, -1] }],
    weights: [integerWeight("six", 1, 2, 3, 4, 5, 6)],
    nodes: [{ name: "y", op: "Reshape", input: ["six", "shape"], attr: { T: integer, Tshape: integer } }],
  })
}

/** Three times the input. */
function filler(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "value", dtype: types.float32, shape: [] }],
    outputs: [{ name: "y", dtype: types.float32, shape: [3] }],
    weights: [integerWeight("three", 3)],
    nodes: [{ name: "y", op: "Fill", input: ["three", "value"], attr: { T: float } }],
  })
}

/** Sums of x along the axis after the one that the input says, of two. */
function axisAdder(): GraphFiles {
  return graphFiles({
    inputs: [
      { name: "axis", dtype: types.int32, shape: [1] },
      { name: "x", dtype: types.float32, shape: [2, 2] },
    ],
    outputs: [{ name: "y", dtype: types.float32, shape: [2] }],
    weights: [integerWeight("one", 1)],
    nodes: [
      { name: "other", op: "Sub", input: ["one", "axis"], attr: { T: integer } },
      { name: "y", op: "Sum", input: ["x", "other"], attr: { T: float, keep_dims: { b: false } } },
    ],
  })
}

/** `output` is the node y, as TensorFlow and its functions name it. */
function randomAdder(output: string): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [1] }],
    outputs: [{ name: output, dtype: types.float32, shape: [1] }],
    weights: [integerWeight("one", 1)],
    nodes: [
      { name: "random", op: "RandomUniform", input: ["one"], attr: { T: integer, dtype: float, seed: { i: "0" } } },
      { name: "y", op: "AddV2", input: ["x", "random"], attr: { T: float } },
    ],
  })
}

function subtractor(): GraphFiles {
  const vector = (name: string) => ({ name, dtype: types.float32, shape: [1] })
  return graphFiles({
    inputs: [vector("a"), vector("b")],
    outputs: [vector("difference")],
    weights: [],
    nodes: [{ name: "difference", op: "Sub", input: ["a", "b"], attr: { T: float } }],
  })
}
