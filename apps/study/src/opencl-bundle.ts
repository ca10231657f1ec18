import { randomFillSync } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Constant, constantsOf } from "./onnx-constants.js"

/**
 * OpenCL C as engines write it: kernels with general names, and shapes as macros. They do the arithmetic of convolutions
 * and matrix products over a model's real weights, but not in the model's order, so that what they compute means nothing.
 */
const sources = {
  "convolution.cl": `
kernel void conv2d_hardswish(global const float *x, global const float *weights, global float *y) {
  const int channel = get_global_id(0), column = get_global_id(1);
  float sum = 0;
  for (int in = 0; in < IN; in++)
    for (int row = 0; row < ROWS; row++)
      for (int at = 0; at < COLUMNS; at++)
        sum += x[(in * 320 + row * 64 + column + at) % 4096] * weights[((channel * IN + in) * ROWS + row) * COLUMNS + at];
  y[(channel * 16 + column) % 4096] = sum * clamp(sum / 6.0f + 0.5f, 0.0f, 1.0f);
}`,
  "matrix.cl": `
kernel void gemm_sigmoid(global const float *x, global const float *weights, global float *y) {
  const int out = get_global_id(0);
  float sum = 0;
  for (int in = 0; in < IN; in++) sum += x[in % 4096] * weights[in * OUT + out];
  y[out % 4096] = 1.0f / (1.0f + exp(-sum));
}`,
}

/** What small constants become in a code generator's source: text, and after compiling, bytes of the program. */
const normalising = (scale: Float32Array, shift: Float32Array) => `
constant float scale[${scale.length}] = {${floats(scale)}};
constant float shift[${shift.length}] = {${floats(shift)}};
kernel void batch_norm(global const float *x, global const float *biases, global float *y) {
  const int at = get_global_id(0);
  y[at] = x[at] * scale[at % ${scale.length}] + shift[at % ${shift.length}] + biases[at % 64];
}`

/** Nine digits give a float32 back. */
const floats = (values: Float32Array) => [...values].map((value) => `${value.toExponential(8)}f`).join(", ")

/**
 * Writes a bundle of OpenCL C (bundle.json) with the weights of an ONNX model: filters and matrices in buffers of their own,
 * all other constants in one, and two of them, of 120 numbers or so, in the source. `retrained`: with other weights, the
 * same in all else.
 */
export function writeBundle(folder: string, model: Uint8Array, retrained = false): void {
  mkdirSync(folder, { recursive: true })
  const { large, small, inlined } = sorted(model)
  const values = (bytes: Uint8Array) => (retrained ? noise(bytes.length) : bytes)
  const [scale, shift] = inlined.map(({ bytes }) => asFloats(values(bytes))) as [Float32Array, Float32Array]

  const programs = new Map([["norm", { sources: ["norm.cl"], options: "-cl-fast-relaxed-math" }]])
  const buffers: Record<string, object> = { a: { byteLength: 16_384 }, b: { byteLength: 16_384 } }
  const launches: object[] = [
    { program: "norm", kernel: "batch_norm", arguments: ["x", "biases", "a"], global: [4096] },
  ]
  const write = (name: string, file: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, file), bytes)
    buffers[name] = { file, byteLength: bytes.length }
  }
  write("biases", "biases.bin", Buffer.concat(small.map(({ bytes }) => values(bytes))))
  for (const [index, constant] of large.entries()) {
    write(`weights${index}`, `weights${index}.bin`, values(constant.bytes))
    const { program, kernel, global, ...built } = programFor(constant)
    programs.set(program, built)
    const [from, to] = index % 2 === 0 ? ["a", "b"] : ["b", "a"]
    launches.push({ program, kernel, arguments: [from, `weights${index}`, to], global })
  }
  launches.push({ program: "norm", kernel: "batch_norm", arguments: ["a", "biases", "y"], global: [1024] })
  const texts = { ...sources, "norm.cl": normalising(scale, shift) }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  const description = {
    format: "strongroom-opencl/1",
    inputs: [{ name: "x", type: "float32", shape: [1, 3, 48, 320] }],
    outputs: [{ name: "y", type: "float32", shape: [1024] }],
    programs: Object.fromEntries(programs),
    buffers,
    launches,
  }
  writeFileSync(join(folder, "bundle.json"), JSON.stringify(description))
}

/** A model's constants: filters and matrices, the others, and of those the two that are put into the source. */
export function sorted(model: Uint8Array) {
  const constants = constantsOf(model).filter(({ bytes }) => bytes.length >= 64)
  const large = constants.filter(({ shape }) => shape.length === 4 || shape.length === 2)
  const small = constants.filter((constant) => !large.includes(constant))
  const inlined = small.filter(({ bytes }) => bytes.length >= 256 && bytes.length <= 1024).slice(0, 2)
  return { large, small, inlined }
}

function programFor({ shape }: Constant) {
  const [out = 1, second = 1, rows = 1, columns = 1] = shape
  const matrix = shape.length === 2
  const macros = matrix ? { IN: out, OUT: second } : { IN: second, OUT: out, ROWS: rows, COLUMNS: columns }
  return {
    program: `${matrix ? "matrix" : "convolution"}-${shape.join("x")}`,
    kernel: matrix ? "gemm_sigmoid" : "conv2d_hardswish",
    sources: [matrix ? "matrix.cl" : "convolution.cl"],
    options: ["-cl-fast-relaxed-math", ...Object.entries(macros).map(([name, value]) => `-D${name}=${value}`)].join(
      " ",
    ),
    global: matrix ? [second] : [out, 16],
  }
}

const asFloats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer)

/** Numbers of float32 around nothing, as weights are. */
function noise(byteLength: number): Uint8Array {
  const random = randomFillSync(new Int32Array(byteLength / 4))
  return new Uint8Array(Float32Array.from(random, (value) => value / 2 ** 33).buffer)
}
