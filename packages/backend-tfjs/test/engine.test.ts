import { createRequire } from "node:module"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, openSealedModel, tensor } from "@strongroom/core"
import { heapPlaintext, loadEngine, loadSession } from "@strongroom/core/host"
import { createPublisher, type Network, type Operator, tfjsWriter } from "@strongroom/testkit"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { GraphFiles } from "./graph-files.js"
import {
  boxPicker,
  convolutionalNetwork,
  oneOperator,
  printer,
  quantisedWeights,
  remover,
  seeded,
} from "./graph-models.js"
import { importFiles, openFiles, openModel } from "./open-model.js"
import { loadPlain, plainWasm } from "./plain.js"

const publisher = await createPublisher()

// The copy of TensorFlow.js that the backend's engine uses on this thread, so that its memory can be counted.
const tf: typeof import("@tensorflow/tfjs-core") = createRequire(import.meta.url)("@tensorflow/tfjs-core")

const errorEvents = ["uncaughtException", "unhandledRejection"]
const handlersAtStart = errorEvents.map((event) => process.listenerCount(event))

const wasm = () => tfjs({ engine: "wasm" })
const open = (files: GraphFiles) => openFiles(wasm(), files)

const image = () => tensor("float32", [2, 32, 32, 3], seeded(7, 2 * 32 * 32 * 3))
const boxes = () => ({
  "boxes:0": tensor("float32", [4, 4], [0, 0, 1, 1, 0, 0, 1, 0.9, 0, 2, 1, 3, 5, 5, 6, 6]),
  "scores:0": tensor("float32", [4], [0.5, 0.75, 0.25, 0.05]),
})

describe("a graph model", () => {
  it("gives what TensorFlow.js gives, bit for bit, from shards cut within weights", async () => {
    const session = await open(convolutionalNetwork())
    const outputs = await session.run({ "image:0": image() })
    const plain = await loadPlain(plainWasm(), convolutionalNetwork())
    const input = tf.tensor(image().data, [2, 32, 32, 3], "float32")
    const expected = plain.execute({ image: input }, ["probabilities:0", "features:0"])
    if (!Array.isArray(expected)) throw new TypeError("two outputs were asked for")
    for (const [index, name] of ["probabilities:0", "features:0"].entries()) {
      expect(outputs[name]?.shape).toEqual(expected[index]?.shape)
      expect(outputs[name]?.data).toEqual(expected[index]?.dataSync())
    }
    expect(new Set(outputs["probabilities:0"]?.data as Float32Array).size).toBeGreaterThan(10)
    tf.dispose([input, ...expected])
    plain.dispose()
  })

  it("has the quantised weights that TensorFlow.js makes of it, to the last bit of every float16", async () => {
    const session = await open(quantisedWeights())
    const outputs = await session.run({ "x:0": tensor("float32", [1], [0]) })
    const plain = await loadPlain(plainWasm(), quantisedWeights())
    const input = tf.tensor([0], [1], "float32")
    const names = session.outputs.map(({ name }) => name)
    const expected = [plain.execute({ x: input }, names)].flat()
    expect(names).toHaveLength(5)
    // As bytes: NaNs have many forms.
    const bytesOf = (data: unknown) => new Uint8Array((data as Float32Array).buffer)
    for (const [index, name] of names.entries()) {
      expect(bytesOf(outputs[name]?.data)).toEqual(bytesOf(expected[index]?.dataSync()))
    }
    tf.dispose([input, ...expected])
    plain.dispose()
  })

  it("is loaded through memory that is zeroed afterwards", async () => {
    const { bytes, keys } = await publisher.ship(await importFiles(convolutionalNetwork()))
    const lent: Uint8Array[] = []
    const allocate = (byteLength: number) => {
      const plaintext = heapPlaintext(byteLength)
      lent.push(plaintext.bytes)
      return plaintext
    }
    const model = await openSealedModel(bytesSource(bytes), keys)
    // At once, before the engine rehearses.
    const engine = await loadEngine(tfjs({ engine: "wasm" }), { allocate })
    await loadSession(engine, model)
    // The graph, seven weights, and one of them expanded.
    expect(lent).toHaveLength(9)
    expect(lent.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
    await engine.close()
  })

  it("leaves none of its weights in WebAssembly's memory when it is closed, or declined", async () => {
    const elements = 4096
    const data = seeded(77, elements)
    const copies = () => {
      const { wasm } = tf.backend() as unknown as { readonly wasm: { readonly HEAPU8: Uint8Array } }
      const memory = Buffer.from(wasm.HEAPU8.buffer)
      const searched = Buffer.from(data.buffer, 4 * 1000, 16)
      let count = 0
      for (let at = memory.indexOf(searched); at >= 0; at = memory.indexOf(searched, at + 1)) count++
      return count
    }
    const spec = (name: string) => ({ name, type: "float32", shape: [elements] }) as const
    const network = (operator: Operator): Network => ({
      inputs: [spec("x")],
      outputs: [spec("y")],
      weights: [{ name: "w", tensor: tensor("float32", [elements], data) }],
      nodes: [{ operator, inputs: operator === "add" ? ["x", "w"] : ["x"], output: "y" }],
      separateWeights: true,
    })
    const inputs = { x: tensor("float32", [elements], new Float32Array(elements).fill(1)) }

    const session = await openModel(wasm(), await tfjsWriter.write(network("add")))
    await session.run(inputs)
    expect(copies()).toBe(1)
    await session.close()
    expect(copies()).toBe(0)

    await expect(openModel(wasm(), await tfjsWriter.write(network("unheard")))).rejects.toMatchObject({
      code: "model-declined",
    })
    expect(copies()).toBe(0)
  })

  it("with outputs whose size depends on the data runs asynchronously; texts among weights arrive", async () => {
    const session = await open(boxPicker())
    const outputs = await session.run(boxes())
    expect(outputs["picked:0"]).toEqual({ type: "int32", shape: [2], data: Int32Array.of(1, 2) })
    expect(outputs["best:0"]?.data).toEqual(Float32Array.of(0.75, 0.25))
    expect(outputs["names:0"]?.data).toEqual(["kettle", "", "Brüssel", "茶"])
  })

  it("does so for each operator that waits for others, which TensorFlow.js refuses to run otherwise", async () => {
    const plain = await loadPlain(plainWasm(), remover())
    const input = tf.tensor([1, 2], [2], "float32")
    expect(() => plain.execute({ x: input }, "left:0")).toThrow(/executeAsync/)
    // It has begun all the same.
    await new Promise(setImmediate)
    tf.dispose(input)
    plain.dispose()

    const session = await open(remover())
    for (const [given, left] of [
      [
        [1, 2, 3],
        [1, 3],
      ],
      [[2, 4, 4], []],
      [
        [5, 6, 7],
        [5, 6, 7],
      ],
    ] as const) {
      const outputs = await session.run({ "x:0": tensor("float32", [3], given) })
      expect(outputs["left:0"]?.data).toEqual(Float32Array.from(left))
    }
  })

  it.each(["RFFT", "Acos2", "Einsum"])("with the operator %s, which the engine lacks, is declined", async (op) => {
    await expect(open(oneOperator(op))).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining(`it has no ${op} on WebAssembly`),
    })
  })
})

describe("the engine's memory", () => {
  it("is the same after 1,000 runs, and again when the model is closed", async () => {
    await open(oneOperator("Relu"))
    const empty = tf.memory()
    const session = await open(convolutionalNetwork())
    const run = () => session.run({ "image:0": image() })
    await run()
    const { numTensors, numBytes, numDataBuffers } = tf.memory()
    for (let count = 0; count < 1000; count++) await run()
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers })
    await session.close()
    expect(tf.memory()).toMatchObject({ numTensors: empty.numTensors, numBytes: empty.numBytes })
  })

  it("is the same after runs that fail, that keep outputs, and that run at once in three sessions", async () => {
    const network = await open(convolutionalNetwork())
    const picker = await open(boxPicker())
    const other = await open(boxPicker())
    const wrong = { ...boxes(), "scores:0": tensor("float32", [3], [1, 1, 1]) }
    const all = async () => {
      await expect(picker.run(wrong)).rejects.toMatchObject({ code: "backend-failed" })
      await Promise.all([
        picker.run(boxes()),
        network.run({ "image:0": image() }),
        other.run(boxes()),
        picker.run(boxes()),
      ])
      const kept = await picker.run(boxes(), { keep: ["best:0"] })
      const again = await picker.run({ ...boxes(), "scores:0": tensor("float32", [4], [1, 1, 1, 1]) })
      const best = kept["best:0"]
      if (best === undefined || !("kept" in best)) throw new TypeError("the output was to be kept")
      const fed = await picker.run({ "boxes:0": tensor("float32", [2, 4], [0, 0, 1, 1, 2, 2, 3, 3]), "scores:0": best })
      expect(fed["best:0"]?.data).toEqual(Float32Array.of(0.75, 0.25))
      best.close()
      return again
    }
    await all()
    const { numTensors, numBytes } = tf.memory()
    await all()
    await all()
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
  })

  it("holds weights that were loaded while somebody's scope was open", async () => {
    tf.engine().startScope("the app's")
    const session = await open(convolutionalNetwork())
    tf.engine().endScope()
    expect((await session.run({ "image:0": image() }))["features:0"]?.shape).toEqual([2, 16])
  })

  it("is free of a model that was declined, or whose weights end early", async () => {
    await open(oneOperator("Relu"))
    const { numTensors } = tf.memory()
    await expect(open(oneOperator("FFT"))).rejects.toMatchObject({ code: "model-declined" })
    const whole = await importFiles(convolutionalNetwork())
    const short = { ...whole, parts: whole.parts.slice(0, -1) }
    await expect(openModel(wasm(), short)).rejects.toThrow(/every file that its weightsManifest names/)
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})

describe("the app's process", () => {
  const voices = ["log", "info", "warn", "error", "debug"] as const
  beforeEach(() => {
    for (const name of voices) vi.spyOn(console, name).mockImplementation(() => {})
  })
  afterEach(() => vi.restoreAllMocks())
  const said = () => voices.reduce((sum, name) => sum + vi.mocked(console[name]).mock.calls.length, 0)

  it("hears nothing, and keeps its own handlers for errors", async () => {
    const picker = await open(boxPicker())
    await picker.run(boxes())
    await picker.run(boxes(), { outputs: ["names:0"] })
    await (await open(convolutionalNetwork())).run({ "image:0": image() })
    expect(said()).toBe(0)
    expect(errorEvents.map((event) => process.listenerCount(event))).toEqual(handlersAtStart)
  })

  it("doesn't see what a graph would print, as it does with TensorFlow.js alone", async () => {
    const plain = await loadPlain(plainWasm(), printer())
    const input = tf.tensor([5], [1], "float32")
    const [expected] = [plain.execute({ x: input }, "y:0")].flat()
    expect(said()).toBeGreaterThan(1)
    expect(console.log).toHaveBeenCalledWith([5])
    const before = said()
    const session = await open(printer())
    expect((await session.run({ "x:0": tensor("float32", [1], [5]) }))["y:0"]?.data).toEqual(expected?.dataSync())
    expect(said()).toBe(before)
    tf.dispose([input, expected])
    plain.dispose()
  })
})
