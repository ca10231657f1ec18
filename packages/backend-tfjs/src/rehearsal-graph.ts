import type { io } from "@tensorflow/tfjs-core"

/**
 * The input's name, and its shape as the first convolution takes it: with so many pixels that V8 has its optimising compiler
 * take up WebAssembly's loops in the first runs. With 16 x 16 the first model still ran on what its quick one makes.
 */
export const image = { name: "image", shape: [1, 64, 64, 8] } as const

const float = { type: "DT_FLOAT" }
const integer = { type: "DT_INT32" }
const text = (value: string) => ({ s: btoa(value) })
const numbers = (...values: readonly number[]) => ({ list: { i: values.map(String) } })

/** How convolutions and poolings move. */
const window = (stride: number) => ({
  strides: numbers(1, stride, stride, 1),
  ksize: numbers(1, 2, 2, 1),
  padding: text("SAME"),
  dilations: numbers(1, 1, 1, 1),
  data_format: text("NHWC"),
})

/** What else a fused operator does. */
const fused = (...operators: readonly string[]) => ({
  fused_ops: { list: { s: operators.map(btoa) } },
  num_args: { i: "1" },
  epsilon: { f: 0 },
})

/** Operators of image networks: each takes the output of the one before, and weights. */
const steps: readonly (readonly [operator: string, weights: readonly string[], attributes?: object])[] = [
  ["_FusedConv2D", ["kernel", "bias"], { ...window(2), ...fused("BiasAdd", "Relu") }],
  ["DepthwiseConv2dNative", ["deep"], window(1)],
  ["FusedDepthwiseConv2dNative", ["deep", "bias"], { ...window(1), ...fused("BiasAdd", "Relu6") }],
  ["Conv2D", ["point"], window(1)],
  ["_FusedConv2D", ["point", "bias"], { ...window(1), ...fused("BiasAdd") }],
  ["Mul", ["bias"]],
  ["AddV2", ["bias"]],
  ["Sub", ["bias"]],
  ["Maximum", ["number"]],
  ["Minimum", ["number"]],
  ["Prelu", ["slope"]],
  ["Relu", []],
  ["Relu6", []],
  ["Pad", ["margins"]],
  ["MaxPool", [], window(2)],
  ["AvgPool", [], window(1)],
  ["ResizeBilinear", ["size"], { align_corners: { b: false }, half_pixel_centers: { b: true } }],
  ["Transpose", ["order"]],
  ["Mean", ["axes"], { keep_dims: { b: false } }],
  ["Reshape", ["row"]],
  ["_FusedMatMul", ["dense", "bias"], fused("BiasAdd")],
  ["Sigmoid", []],
  ["Softmax", []],
]

/** The last one's. */
export const output = `step${steps.length}`

/** Zeros, stored as float16, by their shapes. */
const floats: { readonly [name: string]: readonly number[] } = {
  kernel: [3, 3, 8, 8],
  deep: [3, 3, 8, 1],
  point: [1, 1, 8, 8],
  dense: [8, 8],
  bias: [8],
  slope: [1, 1, 8],
  number: [],
}

/** Lists, but for the pairs of `margins`. */
const integers: { readonly [name: string]: readonly number[] } = {
  margins: [0, 0, 0, 1, 0, 1, 0, 0],
  size: [16, 16],
  order: [0, 2, 1, 3],
  axes: [1, 2],
  row: [1, 8],
}

const halves = { dtype: "float32", quantization: { dtype: "float16" } } as const
/** In the order of their file. */
export const weights: io.WeightsManifestEntry[] = [
  ...Object.entries(floats).map(([name, shape]) => ({ name, shape: [...shape], ...halves })),
  ...Object.entries(integers).map(([name, { length }]) => {
    return { name, shape: name === "margins" ? [length / 2, 2] : [length], dtype: "int32" as const }
  }),
]

const constant = ({ name, dtype }: io.WeightsManifestEntry) => {
  return { name, op: "Const", attr: { dtype: dtype === "int32" ? integer : float } }
}

/** A small network as tfjs-converter writes model.json. */
export const graph: io.ModelJSON = {
  modelTopology: {
    node: [
      { name: image.name, op: "Placeholder", attr: { dtype: float } },
      ...weights.map(constant),
      ...steps.map(([op, names, attributes], index) => {
        const before = index === 0 ? image.name : `step${index}`
        return { name: `step${index + 1}`, op, input: [before, ...names], attr: { T: float, ...attributes } }
      }),
    ],
    versions: { producer: 1395 },
  },
  weightsManifest: [{ paths: [], weights }],
}

/** The file of weights. */
export function weightBytes(): Uint8Array {
  const halfCount = Object.values(floats).reduce(
    (sum, shape) => sum + shape.reduce((count, size) => count * size, 1),
    0,
  )
  const numbers = Int32Array.from(Object.values(integers).flat())
  const bytes = new Uint8Array(2 * halfCount + numbers.byteLength)
  bytes.set(new Uint8Array(numbers.buffer), 2 * halfCount)
  return bytes
}
