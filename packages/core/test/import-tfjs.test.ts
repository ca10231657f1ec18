import "@tensorflow/tfjs-backend-cpu"
import { loadGraphModel } from "@tensorflow/tfjs-converter"
import * as tf from "@tensorflow/tfjs-core"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { utf8 } from "../src/bytes.js"
import { StrongroomError } from "../src/errors.js"
import { importTfjs } from "../src/import/tfjs.js"
import { bytesSource } from "../src/source/bytes.js"
import type { Source } from "../src/source/source.js"
import { importFailure } from "./support/import-failure.js"

const float = { type: "DT_FLOAT" }
const shape = (...sizes: number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) })
const node = (name: string, op: string, input: string[] = [], attr: object = {}) => ({ name, op, input, attr })
const placeholder = (name: string, ...sizes: number[]) =>
  node(name, "Placeholder", [], { dtype: float, shape: { shape: shape(...sizes) } })
const tensorInfo = (name: string, dtype: string | number, ...sizes: number[]) => ({
  name,
  dtype,
  tensorShape: shape(...sizes),
})

/** y = x * w and z = x + w, with w of three floats in two files. */
const graphModel = {
  format: "graph-model",
  generatedBy: "2.17.0",
  convertedBy: "TensorFlow.js Converter v4.22.0",
  modelTopology: {
    node: [
      placeholder("x", -1, 3),
      node("w", "Const", [], { dtype: float, value: { tensor: { dtype: "DT_FLOAT", tensorShape: shape(3) } } }),
      node("product", "Mul", ["x", "w"], { T: float }),
      node("sum", "AddV2", ["x", "w"], { T: float }),
    ],
    library: {},
    versions: { producer: 1, minConsumer: 1 },
  },
  signature: {
    inputs: { input: tensorInfo("x:0", "DT_FLOAT", -1, 3) },
    outputs: { y: tensorInfo("product:0", "DT_FLOAT", -1, 3), z: tensorInfo("sum:0", "DT_FLOAT", -1, 3) },
  },
  weightsManifest: [
    { paths: ["group1-shard1of2.bin", "more/shard2.bin"], weights: [{ name: "w", shape: [3], dtype: "float32" }] },
  ],
}

const weights = new Uint8Array(new Float32Array([2, 3, 4]).buffer)
const shards: { readonly [path: string]: Uint8Array } = {
  "group1-shard1of2.bin": weights.subarray(0, 5),
  "more/shard2.bin": weights.subarray(5),
}

const jsonSource = (json: unknown) => bytesSource(utf8(JSON.stringify(json)))

function importJson(json: unknown, files = shards) {
  return importTfjs(jsonSource(json), async (path) => {
    const file = files[path]
    if (file === undefined) throw new StrongroomError("source-missing", `${path} doesn't exist`)
    return bytesSource(file)
  })
}

/** A graph of one node, which nobody consumes, and no signature. */
const single = (op: string, attr: object) => ({
  format: "graph-model",
  modelTopology: {
    node: [
      placeholder("x", -1, 3),
      node("y", op, ["x"], { ...attr, _output_shapes: { list: { shape: [shape(-1)] } } }),
    ],
  },
})

async function readWhole(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(await source.byteLength())
  await source.read(0, whole)
  return whole
}

test("a graph model with a signature, and TF.js runs it by the names given", async () => {
  const imported = await importJson(graphModel)
  expect(imported.kind).toBe("tfjs-graph")
  expect(imported.inputs).toEqual([{ name: "x:0", type: "float32", shape: ["?", 3] }])
  expect(imported.outputs).toEqual([
    { name: "product:0", type: "float32", shape: ["?", 3] },
    { name: "sum:0", type: "float32", shape: ["?", 3] },
  ])
  expect(imported.parts.map(({ role, name }) => `${role} ${name}`)).toEqual([
    "graph model.json",
    "weights group1-shard1of2.bin",
    "weights more/shard2.bin",
  ])
  const [json, ...files] = await Promise.all(imported.parts.map(({ source }) => readWhole(source)))
  const parsed = JSON.parse(new TextDecoder().decode(json)) as typeof graphModel
  await tf.setBackend("cpu")
  const loaded = await loadGraphModel({
    load: async () => ({
      modelTopology: parsed.modelTopology,
      signature: parsed.signature,
      weightSpecs: parsed.weightsManifest[0]?.weights as tf.io.WeightsManifestEntry[],
      weightData: Uint8Array.from(files.flatMap((file) => Array.from(file))).buffer,
    }),
  })
  const results = await loaded.executeAsync(
    { [imported.inputs[0]?.name as string]: tf.tensor2d([[1, 1, 1]]) },
    imported.outputs.map((output) => output.name).reverse(),
  )
  expect((results as tf.Tensor[]).map((result) => Array.from(result.dataSync()))).toEqual([
    [3, 4, 5],
    [2, 3, 4],
  ])
})

test("a signature in userDefinedMetadata comes first, as in TF.js", async () => {
  const signature = { ...graphModel.signature, outputs: { only: tensorInfo("sum", 1, -1, 3) } }
  const imported = await importJson({ ...graphModel, userDefinedMetadata: { signature } })
  expect(imported.outputs).toEqual([{ name: "sum", type: "float32", shape: ["?", 3] }])
})

test("where one output's name is another's key, TF.js still gives the right one", async () => {
  const outputs = { product: tensorInfo("sum", 1, -1, 3), sum: tensorInfo("product", 1, -1, 3) }
  const signature = { inputs: graphModel.signature.inputs, outputs }
  const imported = await importJson({ ...graphModel, signature })
  expect(imported.outputs.map((output) => output.name)).toEqual(["sum:0", "product:0"])
  await tf.setBackend("cpu")
  const loaded = await loadGraphModel({
    load: async () => ({
      modelTopology: graphModel.modelTopology,
      signature,
      weightSpecs: graphModel.weightsManifest[0]?.weights as tf.io.WeightsManifestEntry[],
      weightData: weights.buffer,
    }),
  })
  const result = await loaded.executeAsync({ "x:0": tf.tensor2d([[1, 1, 1]]) }, ["sum:0"])
  expect(Array.from((result as tf.Tensor).dataSync())).toEqual([3, 4, 5])
})

test("captured resources are no inputs", async () => {
  const table = { ...tensorInfo("table", "DT_RESOURCE"), resourceId: 5 }
  const signature = { ...graphModel.signature, inputs: { ...graphModel.signature.inputs, table } }
  expect((await importJson({ ...graphModel, signature })).inputs).toHaveLength(1)
})

test("without a signature: placeholders, and nodes that no other consumes", async () => {
  const noted = { _output_shapes: { list: { shape: [shape(-1, 3)] } } }
  const [x, w, product, sum] = graphModel.modelTopology.node as ReturnType<typeof node>[]
  const topology = {
    node: [
      x,
      w,
      product,
      { ...sum, input: ["x", "^product"], attr: { ...sum?.attr, ...noted } },
      node("end", "NoOp", ["^w"]),
      node("spare", "Const"),
      node("flag", "Less", ["x:0", "w:0"], { T: float, ...noted }),
    ],
  }
  // As before TF.js 1.0, without a format too.
  const imported = await importJson({ modelTopology: topology, weightsManifest: graphModel.weightsManifest })
  expect(imported.kind).toBe("tfjs-graph")
  expect(imported.inputs).toEqual([{ name: "x", type: "float32", shape: ["?", 3] }])
  expect(imported.outputs).toEqual([
    { name: "sum", type: "float32", shape: ["?", 3] },
    { name: "flag", type: "bool", shape: ["?", 3] },
  ])
})

test.each([
  ["Cast", { SrcT: float, DstT: { type: "DT_INT64" } }, "int32"],
  ["ArgMax", { T: float, output_type: { type: 3 } }, "int32"],
  ["Identity", { T: { type: "DT_HALF" } }, "float32"],
  ["Identity", { T: { type: "DT_STRING" } }, "string"],
  ["IsNan", { T: float }, "bool"],
])("the type of an output that %s gives", async (op, attr, type) => {
  expect((await importJson(single(op, attr))).outputs).toEqual([{ name: "y", type, shape: ["?"] }])
})

test.each([
  ["DT_FLOAT", "float32"],
  ["DT_DOUBLE", "float32"],
  ["DT_HALF", "float32"],
  ["DT_INT32", "int32"],
  ["DT_INT64", "int32"],
  ["DT_UINT8", "int32"],
  ["DT_INT8", "int32"],
  ["DT_BOOL", "bool"],
  ["DT_STRING", "string"],
  [1, "float32"],
  [10, "bool"],
])("%s is %s in TF.js", async (dtype, type) => {
  const signature = { ...graphModel.signature, outputs: { y: tensorInfo("product:0", dtype, 3) } }
  expect((await importJson({ ...graphModel, signature })).outputs[0]?.type).toBe(type)
})

test.each([
  ["an element type that TF.js doesn't run", tensorInfo("spare", "DT_UINT16", 3)],
  ["no shape", { name: "product", dtype: "DT_FLOAT" }],
  ["an unknown rank", { name: "product", dtype: "DT_FLOAT", tensorShape: { unknownRank: true } }],
  ["an impossible size", tensorInfo("product", "DT_FLOAT", -2)],
  ["a size that isn't a number", { ...tensorInfo("product", "DT_FLOAT"), tensorShape: { dim: [{ size: "many" }] } }],
  ["no name", { dtype: "DT_FLOAT", tensorShape: shape(3) }],
  ["a tensor that isn't in the graph", tensorInfo("nowhere", "DT_FLOAT", 3)],
  ["33 dimensions", tensorInfo("product", "DT_FLOAT", ...new Array<number>(33).fill(1))],
])("refuses an output with %s", async (_what, info) => {
  const topology = { node: [...graphModel.modelTopology.node, node("spare", "Const")] }
  const signature = { ...graphModel.signature, outputs: { secret: info } }
  const { message } = await importFailure(importJson({ ...graphModel, modelTopology: topology, signature }))
  expect(message).not.toContain("secret")
  expect(message).not.toContain("nowhere")
})

test("weight files that are missing are counted and not named", async () => {
  const { message } = await importFailure(importJson(graphModel, { "more/shard2.bin": weights }))
  expect(message).toContain("1 of them")
  expect(message).not.toContain("shard")
})

test.each([
  ["a byte too few", weights.subarray(0, 6)],
  ["a byte too many", weights.subarray(0, 8)],
  ["nothing", new Uint8Array(0)],
])("weight files with %s are refused", async (_what, second) => {
  const files = { ...shards, "more/shard2.bin": second }
  expect((await importFailure(importJson(graphModel, files))).message).toContain("12 bytes")
})

test.each([
  [{ dtype: "float32", shape: [3] }, 12],
  [{ dtype: "int32", shape: [2, 2] }, 16],
  [{ dtype: "bool", shape: [] }, 1],
  [{ dtype: "complex64", shape: [2] }, 16],
  [{ dtype: "float32", shape: [5], quantization: { dtype: "uint8", scale: 1, min: 0 } }, 5],
  [{ dtype: "int32", shape: [5], quantization: { dtype: "uint16", scale: 1, min: 0 } }, 10],
  [{ dtype: "float32", shape: [5], quantization: { dtype: "float16" } }, 10],
  [{ dtype: "float32", shape: [0, 7] }, 0],
])("a weight of %j has %i bytes", async (weight, length) => {
  const weightsManifest = [{ paths: ["w.bin"], weights: [{ name: "w", ...weight }] }]
  await importJson({ ...graphModel, weightsManifest }, { "w.bin": new Uint8Array(length) })
  await importFailure(importJson({ ...graphModel, weightsManifest }, { "w.bin": new Uint8Array(length + 1) }))
})

test("weights that are texts have at least their lengths", async () => {
  const weightsManifest = [{ paths: ["w.bin"], weights: [{ name: "w", dtype: "string", shape: [2] }] }]
  await importJson({ ...graphModel, weightsManifest }, { "w.bin": new Uint8Array(8) })
  await importJson({ ...graphModel, weightsManifest }, { "w.bin": new Uint8Array(80) })
  await importFailure(importJson({ ...graphModel, weightsManifest }, { "w.bin": new Uint8Array(7) }))
})

test.each(["/etc/passwd", "../w.bin", "https://example.org/w.bin", "a//b", "./w.bin", "a\\b", "model.json"])(
  "refuses the path %j and asks for nothing",
  async (path) => {
    const weightsManifest = [{ paths: [path], weights: [] }]
    const asked: string[] = []
    const importing = importTfjs(jsonSource({ ...graphModel, weightsManifest }), async (path) => {
      asked.push(path)
      return bytesSource(new Uint8Array(0))
    })
    await importFailure(importing)
    expect(asked).toEqual([])
  },
)

test("what was opened is closed when an import fails, and by close when it doesn't", async () => {
  let closed = 0
  const counting = (bytes: Uint8Array): Source => ({
    ...bytesSource(bytes),
    close: async () => {
      closed++
    },
  })
  const json = counting(utf8(JSON.stringify(graphModel)))
  await importFailure(importTfjs(json, async () => counting(new Uint8Array(1))))
  expect(closed).toBe(2)
  await using imported = await importTfjs(json, async (path) => counting(shards[path] as Uint8Array))
  await imported.close()
  expect(closed).toBe(5)
})

test("an aborted import rejects with the signal's reason", async () => {
  const reason = new Error("enough")
  const options = { signal: AbortSignal.abort(reason) }
  const source: Source = {
    byteLength: async (signal) => {
      signal?.throwIfAborted()
      return 1
    },
    read: async () => {},
    close: async () => {},
  }
  await expect(importTfjs(source, () => Promise.reject(), options)).rejects.toBe(reason)
})

test.each([
  ["nothing", ""],
  ["half a download", JSON.stringify(graphModel).slice(0, 500)],
  ["a list", "[]"],
  ["a number", "7"],
  ["null", "null"],
  ["an empty object", "{}"],
  ["another format", JSON.stringify({ ...graphModel, format: "other" })],
  ["weights only", JSON.stringify({ format: "graph-model", weightsManifest: [] })],
  ["no nodes", JSON.stringify({ format: "graph-model", modelTopology: { node: [] } })],
  ["nodes that aren't a list", JSON.stringify({ format: "graph-model", modelTopology: { node: {} } })],
  ["a node without a name", JSON.stringify({ format: "graph-model", modelTopology: { node: [{ op: "Const" }] } })],
  ["a manifest that isn't a list", JSON.stringify({ ...graphModel, weightsManifest: {} })],
  ["a path that isn't text", JSON.stringify({ ...graphModel, weightsManifest: [{ paths: [1], weights: [] }] })],
  ["an unknown dtype", JSON.stringify({ ...graphModel, weightsManifest: [{ paths: [], weights: [{ shape: [1] }] }] })],
  [
    "a negative size",
    JSON.stringify({ ...graphModel, weightsManifest: [{ paths: [], weights: [{ dtype: "bool", shape: [-1] }] }] }),
  ],
])("%s is import-failed", async (_what, text) => {
  await importFailure(importTfjs(bytesSource(utf8(text)), () => Promise.reject(new Error("not asked"))))
})

test("a model.json above 256 MiB is refused unread", async () => {
  const source: Source = {
    byteLength: async () => 2 ** 28 + 1,
    read: () => Promise.reject(new Error("read")),
    close: async () => {},
  }
  expect((await importFailure(importTfjs(source, () => Promise.reject()))).message).toContain("268435457 bytes")
})

test("whatever the JSON, an import gives a model or fails with import-failed", async () => {
  const json = fc.tuple(
    fc.constantFrom("graph-model", "layers-model", undefined),
    fc.jsonValue({ maxDepth: 5 }),
    fc.constantFrom("modelTopology", "signature", "weightsManifest", "userDefinedMetadata"),
    fc.constantFrom("node", "inputs", "outputs", "config", "layers", "__proto__", "constructor"),
    fc.jsonValue({ maxDepth: 5 }),
  )
  await fc.assert(
    fc.asyncProperty(json, async ([format, value, member, inner, innerValue]) => {
      for (const changed of [
        { [member]: value },
        { [member]: { [inner]: innerValue } },
        { [member]: [{ [inner]: value }] },
      ]) {
        const result = await importJson({ ...graphModel, format, ...changed }).catch((error: unknown) => error)
        if (result instanceof Error) expect(StrongroomError.is(result) && result.code).toBe("import-failed")
        else expect(result).toHaveProperty("parts")
      }
    }),
    { numRuns: 300 },
  )
})

describe("layers models", () => {
  const layer = (class_name: string, name: string, config: object = {}, from?: string) => ({
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes: from === undefined ? [] : [[[from, 0, 0, {}]]],
  })
  const layersModel = (class_name: string, config: unknown) => ({
    format: "layers-model",
    modelTopology: {
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
      model_config: { class_name, config },
    },
    weightsManifest: [],
  })
  const functional = {
    name: "model",
    layers: [
      layer("InputLayer", "image", { batch_input_shape: [null, 28, 28, 1], dtype: "float32" }),
      layer("Conv2D", "conv", {}, "image"),
      layer("Flatten", "flat", {}, "conv"),
      layer("Dense", "dense", { units: 10 }, "flat"),
      layer("Softmax", "softmax", {}, "dense"),
    ],
    input_layers: [["image", 0, 0]],
    output_layers: [
      ["dense", 0, 0],
      ["softmax", 0, 0],
      ["conv", 0, 0],
    ],
  }

  test("a functional model", async () => {
    const imported = await importJson(layersModel("Functional", functional))
    expect(imported.kind).toBe("tfjs-layers")
    expect(imported.inputs).toEqual([{ name: "image", type: "float32", shape: ["?", 28, 28, 1] }])
    expect(imported.outputs).toEqual([
      { name: "dense", type: "float32", shape: ["?", 10] },
      { name: "softmax", type: "float32", shape: ["?", "?"] },
      { name: "conv", type: "float32", shape: ["?", "?", "?", "?"] },
    ])
  })

  const sequential = [
    layer("Embedding", "words", { batch_input_shape: [null, 20], dtype: "int32" }),
    layer("LSTM", "memory", { return_sequences: true }),
    layer("Dense", "tags", { units: 7 }),
  ]

  test.each([
    ["with a frame", { name: "model", layers: sequential }],
    ["as Keras before 2.2.3 wrote it", sequential],
  ])("a sequential model, %s", async (_what, config) => {
    const imported = await importJson(layersModel("Sequential", config))
    expect(imported.inputs).toEqual([{ name: "words_input", type: "int32", shape: ["?", 20] }])
    expect(imported.outputs).toEqual([{ name: "tags", type: "float32", shape: ["?", "?", 7] }])
  })

  test("a sequential model with an input layer, and an embedding at its end", async () => {
    const layers = [layer("InputLayer", "in", { batch_shape: [8, 3] }), layer("Embedding", "out")]
    const imported = await importJson(layersModel("Sequential", { layers }))
    expect(imported.inputs).toEqual([{ name: "in", type: "float32", shape: [8, 3] }])
    expect(imported.outputs).toEqual([{ name: "out", type: "float32", shape: ["?", "?", "?"] }])
  })

  test("a hundred thousand layers", async () => {
    const layers = [
      layer("InputLayer", "in", { batch_input_shape: [null, 3] }),
      ...Array.from({ length: 100_000 }, (_, i) => layer("ReLU", `relu${i}`)),
    ]
    const imported = await importJson(layersModel("Sequential", { layers }))
    expect(imported.outputs).toEqual([{ name: "relu99999", type: "float32", shape: ["?", "?"] }])
  })

  test.each([
    ["no input shape", "Sequential", { layers: [layer("Dense", "dense", { units: 1 })] }],
    ["no layers", "Sequential", { layers: [] }],
    ["an unknown layer", "Sequential", { layers: [sequential[0], layer("Lambda", "mystery")] }],
    ["an unknown type", "Sequential", { layers: [layer("InputLayer", "in", { batch_shape: [1], dtype: "float16" })] }],
    ["no outputs", "Functional", { ...functional, output_layers: [] }],
    ["outputs that aren't layers", "Functional", { ...functional, output_layers: [["nowhere", 0, 0]] }],
    [
      "a circle",
      "Functional",
      {
        ...functional,
        layers: [functional.layers[0], layer("ReLU", "a", {}, "b"), layer("ReLU", "b", {}, "a")],
        output_layers: [["a", 0, 0]],
      },
    ],
  ])("a model with %s is refused, and says what to do", async (what, className, config) => {
    const { message } = await importFailure(importJson(layersModel(className, config)))
    if (what !== "no layers") expect(message).toContain("tfjs_graph_model")
  })
})
