import { onnxruntime } from "@strongroom/backend-onnxruntime"
import {
  bytesSource,
  type InProcessSession,
  importOnnx,
  type ModelToSeal,
  openInProcess,
  openSealedModel,
  type Tensor,
  tensor,
} from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import { heapPlaintext, loadEngine, loadSession, toRaw, toTensor } from "@strongroom/core/host"
import { createPublisher } from "@strongroom/testkit"
import * as ort from "onnxruntime-node"
import { afterEach, describe, expect, it } from "vitest"
import { type OnnxToWrite, onnxModel, type Weight } from "./onnx-writer.js"

const publisher = await createPublisher()

const sessions: InProcessSession[] = []
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close()
})

async function open(model: ModelToSeal, debug = false): Promise<InProcessSession> {
  const { bytes, keys } = await publisher.ship(model)
  const session = await openInProcess(onnxruntime(), bytesSource(bytes), keys, { debug })
  sessions.push(session)
  return session
}

const written = (model: OnnxToWrite) => importOnnx(bytesSource(onnxModel(model)))

/** One node named by its operator, from `x` to `y` of the same type. */
function oneOperator(op: string, type: "float32" | "int16" = "float32", operatorSet = 17): OnnxToWrite {
  const value = (name: string) => ({ name, type, shape: ["n"] })
  return { nodes: [{ op, inputs: ["x"], outputs: ["y"] }], inputs: [value("x")], outputs: [value("y")], operatorSet }
}

describe("external data", () => {
  const size = 96
  const wave = (frequency: number) => Float32Array.from({ length: size * size }, (_, at) => Math.sin(at * frequency))
  const bytesOf = (values: Float32Array | BigInt64Array) => new Uint8Array(values.buffer)
  const square = { type: "float32", shape: [size, size] } as const
  const first = bytesOf(wave(0.37))
  const second = bytesOf(wave(0.11))
  const order = bytesOf(BigInt64Array.from({ length: size }, (_, at) => BigInt(size - 1 - at)))
  // A matrix that ONNX Runtime repacks, one that it uses as it is, and indices.
  const weights: readonly Weight[] = [
    { name: "repacked", ...square, bytes: first },
    { name: "plain", ...square, bytes: second },
    { name: "order", type: "int64", shape: [size], bytes: order },
  ]
  const model = (held: readonly Weight[]): OnnxToWrite => ({
    nodes: [
      { op: "MatMul", inputs: ["x", "repacked"], outputs: ["product"] },
      { op: "Add", inputs: ["product", "plain"], outputs: ["sum"] },
      { op: "Gather", inputs: ["sum", "order"], outputs: ["y"] },
    ],
    inputs: [{ name: "x", ...square }],
    outputs: [{ name: "y", ...square }],
    weights: held,
  })

  it("comes from memory that is zeroed afterwards, and gives what the same weights in the model give", async () => {
    const files = new Map([
      ["weights/a.bin", Buffer.concat([first, order])],
      ["b.bin", Buffer.concat([new Uint8Array(4), second])],
    ])
    const places = [["weights/a.bin", 0] as const, ["b.bin", 4] as const, ["weights/a.bin", first.length] as const]
    const apart = weights.map((weight, index) => {
      const [location, offset] = places[index] as readonly [string, number]
      return { ...weight, external: { location, offset } }
    })
    const imported = await importOnnx(bytesSource(onnxModel(model(apart))), async (location) =>
      bytesSource(files.get(location) as Uint8Array),
    )
    const lent: Uint8Array[] = []
    const allocate = (byteLength: number) => {
      const plaintext = heapPlaintext(byteLength)
      lent.push(plaintext.bytes)
      return plaintext
    }
    const engine = await loadEngine(onnxruntime(), { allocate })
    const { bytes, keys } = await publisher.ship(imported)
    const session = await loadSession(engine, await openSealedModel(bytesSource(bytes), keys))
    expect(lent).toHaveLength(3)
    expect(lent.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
    const whole = await ort.InferenceSession.create(onnxModel(model(weights)))
    const x = wave(0.23)
    const expected = (await whole.run({ x: new ort.Tensor("float32", x, [size, size]) })).y
    for (let run = 0; run < 2; run++) {
      const { y } = await session.run({ x: toRaw(tensor("float32", [size, size], x)) })
      expect(toTensor(y as RawTensor).data).toEqual(expected?.data)
    }
    await whole.release()
    await engine.close()
  })
})

describe("a model that ONNX Runtime doesn't take", () => {
  it.each([
    ["an operator without a kernel for its type", oneOperator("Relu", "int16"), "no kernel for Relu(14)"],
    ["an operator that isn't known", oneOperator("Frobnicate"), "no operator Frobnicate"],
    ["a later operator set", oneOperator("Relu", "float32", 99), "operator set"],
  ])("is declined for %s", async (_, model, words) => {
    await expect(open(await written(model))).rejects.toMatchObject({
      code: "model-declined",
      message: expect.stringContaining(words),
    })
  })

  it("fails for another manifest than the graph's", async () => {
    const model = await written(oneOperator("Relu"))
    const [input] = model.inputs
    if (input === undefined) throw new TypeError("the model has an input")
    for (const inputs of [[...model.inputs, { ...input, name: "z" }], [{ ...input, type: "float64" as const }]]) {
      await expect(open({ ...model, inputs })).rejects.toMatchObject({ code: "backend-failed" })
    }
  })

  it("fails when it is broken, without a word of what is in it", async () => {
    const model = await written(oneOperator("Relu"))
    const graph = new TextEncoder().encode("the secret kettle")
    const broken = { ...model, parts: [{ role: "graph" as const, name: "kettle.onnx", source: bytesSource(graph) }] }
    const refused = await open(broken).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: "backend-failed" })
    expect(String(refused)).not.toContain("kettle")
  })
})

describe("a run", () => {
  it("that needs more memory than there is says so, and the session goes on", async () => {
    const session = await open(
      await written({
        nodes: [{ op: "Expand", inputs: ["x", "size"], outputs: ["y"] }],
        inputs: [
          { name: "x", type: "float32", shape: [1] },
          { name: "size", type: "int64", shape: ["rank"] },
        ],
        outputs: [{ name: "y", type: "float32", shape: ["n"] }],
      }),
    )
    const inputs = (size: bigint): Record<string, Tensor> => ({
      x: tensor("float32", [1], [2.5]),
      size: tensor("int64", [1], [size]),
    })
    await expect(session.run(inputs(2n ** 44n))).rejects.toMatchObject({ code: "out-of-memory" })
    expect((await session.run(inputs(3n))).y?.data).toEqual(Float32Array.of(2.5, 2.5, 2.5))
  })
})

describe("options", () => {
  it("cross as they are; what isn't an option is refused", () => {
    expect(onnxruntime().options).toEqual({ executionProviders: ["cpu"] })
    expect(onnxruntime({ threads: 2 }).options).toEqual({ executionProviders: ["cpu"], threads: 2 })
    for (const threads of [0, 1.5, 1025, Number.NaN]) expect(() => onnxruntime({ threads })).toThrow(RangeError)
    expect(onnxruntime({ keepUpTo: 2 ** 30 }).options).toEqual({ executionProviders: ["cpu"], keepUpTo: 2 ** 30 })
    for (const keepUpTo of [-1, 0.5, 2 ** 30 + 1, Number.NaN])
      expect(() => onnxruntime({ keepUpTo })).toThrow(RangeError)
    expect(() => onnxruntime({ executionProviders: [] })).toThrow(TypeError)
    expect(() => onnxruntime({ thread: 1 } as object)).toThrow('onnxruntime() has no "thread"')
    expect(() => onnxruntime({ executionProviders: ["gpu" as "cpu"] })).toThrow(/choose from cpu/)
  })
})
