import { bytesSource, type Tensor } from "@strongroom/core"
import { type ModelWriter, type NetworkNode, NotExpressible } from "@strongroom/testkit"

/** OpenCL C's names of element types that it computes with. */
const scalars: Readonly<Record<string, string>> = {
  float32: "float",
  float64: "double",
  int8: "char",
  int16: "short",
  int32: "int",
  int64: "long",
  uint8: "uchar",
  uint16: "ushort",
  uint32: "uint",
  uint64: "ulong",
  bool: "uchar",
}

const bytesOfType: Readonly<Record<string, number>> = { float16: 2, bfloat16: 2, float32: 4, float64: 8, bool: 1 }
const byteLengthOf = (type: string) => bytesOfType[type] ?? Number(/\d+$/.exec(type)?.[0]) / 8

const source = `
kernel void copy(global const uchar *from, global uchar *to) { to[get_global_id(0)] = from[get_global_id(0)]; }
kernel void not_bool(global const uchar *x, global uchar *y) { y[get_global_id(0)] = !x[get_global_id(0)]; }
kernel void matmul(global const float *a, global const float *b, global float *c, const int inner, const int columns) {
  const int row = get_global_id(1), column = get_global_id(0);
  float sum = 0;
  for (int at = 0; at < inner; at++) sum += a[row * inner + at] * b[at * columns + column];
  c[row * columns + column] = sum;
}
#define ELEMENTWISE(name, T, operator) \\
  kernel void name(global const T *a, global const T *b, global T *c, const int na, const int nb) { \\
    const size_t at = get_global_id(0); c[at] = a[at % na] operator b[at % nb]; }
${Object.entries(scalars)
  .map(([type, scalar]) => `ELEMENTWISE(add_${type}, ${scalar}, +)\nELEMENTWISE(subtract_${type}, ${scalar}, -)`)
  .join("\n")}
`

/** A shape whose sizes are expressions. */
type Shape = readonly (number | string)[]

interface Value {
  readonly type: string
  readonly shape: Shape
}

/** Writes a network as a bundle: a kernel for each operator, a buffer for each tensor between two. */
export const bundleWriter: ModelWriter = {
  kind: "file",
  async write(network) {
    const { inputs, outputs, weights } = network
    if (inputs.concat(outputs).some(({ type }) => type === "string" || /int4$/.test(type))) {
      throw new NotExpressible("No kernels for this type.")
    }
    const values = new Map<string, Value>()
    for (const { name, type, shape } of inputs) {
      values.set(name, {
        type,
        shape: shape.map((size, at) => (typeof size === "number" ? size : `dim('${name}', ${at})`)),
      })
    }
    for (const { name, tensor } of weights) values.set(name, { type: tensor.type, shape: tensor.shape })
    const equal: Shape[] = []
    const isUnheard = network.nodes.some(({ operator }) => operator === "unheard")
    const launches = network.nodes.map((node) => launchOf(node, values, equal))
    const results = new Set(outputs.map(({ name }) => name))
    const between = network.nodes.map(({ output }) => output).filter((name) => !results.has(name))
    const files = new Map(weights.map(({ name, tensor }, index) => [`weights-${index}-7f3a.bin`, { name, tensor }]))
    const description = {
      format: "strongroom-opencl/1",
      inputs,
      outputs: outputs.map(({ name, type }) => ({ name, type, shape: values.get(name)?.shape })),
      programs: { all: { sources: ["secret-kernels-7f3a.cl"] } },
      buffers: Object.fromEntries([
        ...[...files].map(([file, { name, tensor }]) => [name, { file, byteLength: 4 * tensor.data.length }]),
        ...between.map((name) => [name, { byteLength: byteLength(values.get(name) as Value) }]),
      ]),
      equal,
      launches,
      ...(isUnheard && { extensions: ["cl_strongroom_unheard_of"] }),
    }
    const text = (value: string) => bytesSource(new TextEncoder().encode(value))
    return {
      kind: "file",
      inputs,
      outputs,
      parts: [
        { role: "graph", name: "bundle.json", source: text(JSON.stringify(description)) },
        { role: "file", name: "secret-kernels-7f3a.cl", source: text(source) },
        ...[...files].map(([name, { tensor }]) => ({
          role: "weights" as const,
          name,
          source: bytesSource(bytes(tensor)),
        })),
      ],
    }
  },
}

function bytes({ data }: Tensor<"float32">): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function count({ shape }: Value): string {
  return shape.map((size) => `(${size})`).join(" * ") || "1"
}

function byteLength(value: Value): string {
  return `${byteLengthOf(value.type)} * ${count(value)}`
}

function launchOf({ operator, inputs, output }: NetworkNode, values: Map<string, Value>, equal: Shape[]) {
  const [a, b] = inputs.map((name) => values.get(name) as Value) as [Value, Value]
  const memories = [...inputs, output]
  if (operator === "unheard" || operator === "identity" || operator === "not") {
    values.set(output, a)
    const kernel = operator === "not" ? "not_bool" : "copy"
    return { program: "all", kernel, arguments: memories, global: [byteLength(a)] }
  }
  if (operator === "matmul") {
    const [rows, inner, columns] = [a.shape[0], a.shape[1], b.shape[1]] as [number, number, number]
    values.set(output, { type: a.type, shape: [rows, columns] })
    equal.push([inner, b.shape[0] as number])
    return {
      program: "all",
      kernel: "matmul",
      arguments: [...memories, { int: inner }, { int: columns }],
      global: [columns, rows],
    }
  }
  if (!(a.type in scalars)) throw new NotExpressible("There is no such kernel.")
  const longer = a.shape.length >= b.shape.length ? a : b
  values.set(output, longer)
  return {
    program: "all",
    kernel: `${operator}_${a.type}`,
    arguments: [...memories, { int: count(a) }, { int: count(b) }],
    global: [count(longer)],
  }
}
