// TF.js graph models with seeded weights: no package on npm holds a trained one in less than 40 MB.
import { type GraphFiles, graphFiles, texts, types, type Weight } from "./graph-files.js"

const float = { type: types.float32 }

/** As protobuf's JSON has bytes. */
const base64 = (text: string) => ({ s: Buffer.from(text).toString("base64") })
const layout = base64("NHWC")

/** Numbers between -1 and 1, the same for the same seed (mulberry32). */
export function seeded(seed: number, length: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1
  })
}

/**
 * A small convolutional network with two outputs. One weight is quantised; the shards are cut within weights. `metadata` is
 * for model.json.
 */
export function convolutionalNetwork(metadata?: object): GraphFiles {
  const window = (stride: number) => ({
    T: float,
    strides: { list: { i: ["1", String(stride), String(stride), "1"] } },
    padding: base64("SAME"),
    dilations: { list: { i: ["1", "1", "1", "1"] } },
    data_format: layout,
  })
  return graphFiles({
    inputs: [{ name: "image", dtype: types.float32, shape: [-1, 32, 32, 3] }],
    outputs: [
      { name: "probabilities", dtype: types.float32, shape: [-1, 10] },
      { name: "features", dtype: types.float32, shape: [-1, 16] },
    ],
    weights: [
      floats("kernel1", [3, 3, 3, 8], 1),
      floats("bias1", [8], 2),
      quantised("kernel2", [3, 3, 8, 1]),
      floats("kernel3", [1, 1, 8, 16], 4),
      { name: "axes", dtype: "int32", shape: [2], bytes: new Uint8Array(Int32Array.of(1, 2).buffer) },
      floats("dense", [16, 10], 5),
      floats("bias2", [10], 6),
    ],
    nodes: [
      { name: "convolved", op: "Conv2D", input: ["image", "kernel1"], attr: window(2) },
      { name: "biased", op: "BiasAdd", input: ["convolved", "bias1"], attr: { T: float, data_format: layout } },
      { name: "active", op: "Relu6", input: ["biased"], attr: { T: float } },
      { name: "deep", op: "DepthwiseConv2dNative", input: ["active", "kernel2"], attr: window(1) },
      { name: "wide", op: "Conv2D", input: ["deep", "kernel3"], attr: window(1) },
      { name: "features", op: "Mean", input: ["wide", "axes"], attr: { T: float, keep_dims: { b: false } } },
      { name: "logits", op: "MatMul", input: ["features", "dense"], attr: { T: float } },
      { name: "shifted", op: "BiasAdd", input: ["logits", "bias2"], attr: { T: float, data_format: layout } },
      { name: "probabilities", op: "Softmax", input: ["shifted"], attr: { T: float } },
    ],
    cuts: [433, 920, 1480],
    ...(metadata !== undefined && { metadata }),
  })
}

/**
 * Picks the boxes that overlap least and gathers their scores and `labels`, texts among the weights: an output whose
 * size depends on the data, which only executeAsync runs.
 */
export function boxPicker(): GraphFiles {
  const labels = ["kettle", "", "Brüssel", "茶"]
  return graphFiles({
    inputs: [
      { name: "boxes", dtype: types.float32, shape: [-1, 4] },
      { name: "scores", dtype: types.float32, shape: [-1] },
    ],
    outputs: [
      { name: "picked", dtype: types.int32, shape: [-1] },
      { name: "best", dtype: types.float32, shape: [-1] },
      { name: "names", dtype: types.string, shape: [labels.length] },
    ],
    weights: [
      { name: "most", dtype: "int32", shape: [], bytes: new Uint8Array(Int32Array.of(3).buffer) },
      { name: "overlap", dtype: "float32", shape: [], bytes: new Uint8Array(Float32Array.of(0.5).buffer) },
      { name: "least", dtype: "float32", shape: [], bytes: new Uint8Array(Float32Array.of(0.1).buffer) },
      { name: "labels", dtype: "string", shape: [labels.length], bytes: texts(labels) },
      { name: "axis", dtype: "int32", shape: [], bytes: new Uint8Array(Int32Array.of(0).buffer) },
    ],
    nodes: [
      // A list that TensorFlow.js keeps alive until the run has succeeded.
      { name: "list", op: "TensorArrayV3", input: ["most"], attr: { dtype: float } },
      { name: "noted", op: "TensorArrayWriteV3", input: ["list", "axis", "scores", "list:1"], attr: { T: float } },
      { name: "picked", op: "NonMaxSuppressionV3", input: ["boxes", "scores", "most", "overlap", "least", "^noted"] },
      { name: "best", op: "GatherV2", input: ["scores", "picked", "axis"], attr: { Tparams: float } },
      { name: "names", op: "Identity", input: ["labels"], attr: { T: { type: types.string } } },
    ],
  })
}

/** Doubles `x` until it is `limit`, 1000, or more: a loop, whose condition and body are functions of the graph. */
export function doubler(): GraphFiles {
  const argument = (name: string) => ({ name, type: types.float32 })
  const signature = (name: string, outputs: readonly object[]) => ({
    signature: { name, inputArg: [argument("value"), argument("bound")], outputArg: outputs },
  })
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [] }],
    outputs: [{ name: "y", dtype: types.float32, shape: [] }],
    weights: [{ name: "limit", dtype: "float32", shape: [], bytes: new Uint8Array(Float32Array.of(1000).buffer) }],
    nodes: [
      {
        ...{ name: "y", op: "StatelessWhile", input: ["x", "limit"] },
        attr: {
          cond: { func: { name: "isBelow" } },
          body: { func: { name: "double" } },
          T: { list: { type: [types.float32, types.float32] } },
        },
      },
    ],
    functions: [
      {
        ...signature("isBelow", [{ name: "answer", type: "DT_BOOL" }]),
        nodeDef: [{ name: "below", op: "Less", input: ["value", "bound"], attr: { T: float } }],
        ret: { answer: "below:z:0" },
      },
      {
        ...signature("double", [argument("doubled"), argument("same")]),
        nodeDef: [
          { name: "sum", op: "AddV2", input: ["value", "value"], attr: { T: float } },
          { name: "kept", op: "Identity", input: ["bound"], attr: { T: float } },
        ],
        ret: { doubled: "sum:z:0", same: "kept:output:0" },
      },
    ],
  })
}

/** Elements of four weights at `indices`, and the sum of 20,000 others that nobody is to see. */
export function gatherer(hidden: number): GraphFiles {
  const count = 20_000
  return graphFiles({
    inputs: [{ name: "indices", dtype: types.int32, shape: [-1, 1] }],
    outputs: [
      { name: "gathered", dtype: types.float32, shape: [-1] },
      { name: "sum", dtype: types.float32, shape: [] },
    ],
    weights: [
      { name: "values", dtype: "float32", shape: [4], bytes: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) },
      {
        ...{ name: "hidden", dtype: "float32", shape: [count] },
        bytes: new Uint8Array(new Float32Array(count).fill(hidden).buffer),
      },
      { name: "axis", dtype: "int32", shape: [1], bytes: new Uint8Array(Int32Array.of(0).buffer) },
    ],
    nodes: [
      { name: "gathered", op: "GatherNd", input: ["values", "indices"], attr: { Tparams: float } },
      { name: "sum", op: "Sum", input: ["hidden", "axis"], attr: { T: float, keep_dims: { b: false } } },
    ],
  })
}

/** One operator from `x` to `y`, each of one element or more. */
export function oneOperator(op: string): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [-1] }],
    outputs: [{ name: "y", dtype: types.float32, shape: [-1] }],
    weights: [],
    nodes: [{ name: "y", op, input: ["x"], attr: { T: float } }],
  })
}

/** Elements of x that aren't in the weights, 2 and 4: a size that depends on the data. */
export function remover(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [-1] }],
    outputs: [{ name: "left", dtype: types.float32, shape: [-1] }],
    weights: [{ name: "removed", dtype: "float32", shape: [2], bytes: new Uint8Array(Float32Array.of(2, 4).buffer) }],
    nodes: [{ name: "left", op: "ListDiff", input: ["x", "removed"], attr: { T: float } }],
  })
}

/** Prints its input, and gives the double. */
export function printer(): GraphFiles {
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [-1] }],
    outputs: [{ name: "y", dtype: types.float32, shape: [-1] }],
    weights: [],
    nodes: [
      {
        name: "seen",
        op: "Print",
        input: ["x", "x"],
        attr: { T: float, message: base64("x is"), summarize: { i: "3" } },
      },
      { name: "y", op: "AddV2", input: ["seen", "x"], attr: { T: float } },
    ],
  })
}

/**
 * Products of the input, [rows, 2], with itself over its rows, which may be none: [2, 2], the same in several matrices,
 * [1, 2, 2], and with a bias and an activation, [2, 2].
 */
export function productsOverRows(): GraphFiles {
  const transposed = { T: float, transpose_a: { b: true } }
  const fused = {
    ...transposed,
    fused_ops: { list: { s: ["BiasAdd", "Relu"].map((name) => base64(name).s) } },
    num_args: { i: "1" },
  }
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [-1, 2] }],
    outputs: [
      { name: "square", dtype: types.float32, shape: [2, 2] },
      { name: "several", dtype: types.float32, shape: [1, 2, 2] },
      { name: "fused", dtype: types.float32, shape: [2, 2] },
    ],
    weights: [
      { name: "bias", dtype: "float32", shape: [2], bytes: new Uint8Array(Float32Array.of(-1, 2).buffer) },
      { name: "first", dtype: "int32", shape: [], bytes: new Uint8Array(Int32Array.of(0).buffer) },
    ],
    nodes: [
      { name: "square", op: "MatMul", input: ["x", "x"], attr: transposed },
      { name: "stack", op: "ExpandDims", input: ["x", "first"], attr: { T: float } },
      {
        ...{ name: "several", op: "BatchMatMulV2", input: ["stack", "stack"] },
        attr: { T: float, adj_x: { b: true } },
      },
      { name: "fused", op: "_FusedMatMul", input: ["x", "x", "bias"], attr: fused },
    ],
  })
}

/** Passes on weights that are stored as fewer bytes: every float16 there is, NaNs among them, and steps of scales. */
export function quantisedWeights(): GraphFiles {
  const all = (length: number) => Uint16Array.from({ length }, (_, index) => index)
  const steps = (name: string, dtype: "float32" | "int32", stored: "uint8" | "uint16"): Weight => ({
    name,
    dtype,
    shape: [256],
    bytes: stored === "uint8" ? Uint8Array.from(all(256)) : new Uint8Array(all(256).map((step) => 257 * step).buffer),
    quantization: { dtype: stored, scale: 0.1, min: -12.34 },
  })
  const weights: readonly Weight[] = [
    {
      ...{ name: "halves", dtype: "float32", shape: [65536], quantization: { dtype: "float16" } },
      bytes: new Uint8Array(all(65536).buffer),
    },
    steps("bytes", "float32", "uint8"),
    steps("pairs", "float32", "uint16"),
    steps("byteIntegers", "int32", "uint8"),
    steps("pairIntegers", "int32", "uint16"),
  ]
  return graphFiles({
    inputs: [{ name: "x", dtype: types.float32, shape: [1] }],
    outputs: weights.map(({ name, dtype, shape }) => ({ name: `${name}Out`, dtype: types[dtype], shape })),
    weights,
    nodes: weights.map(({ name, dtype }) => {
      return { name: `${name}Out`, op: "Identity", input: [name], attr: { T: { type: types[dtype] } } }
    }),
  })
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function floats(name: string, shape: readonly number[], seed: number): Weight {
  return { name, dtype: "float32", shape, bytes: new Uint8Array(seeded(seed, count(shape)).buffer) }
}

function quantised(name: string, shape: readonly number[]): Weight {
  const bytes = Uint8Array.from({ length: count(shape) }, (_, index) => (index * 37) % 256)
  return { name, dtype: "float32", shape, bytes, quantization: { dtype: "uint8", scale: 2 ** -7, min: -1 } }
}
