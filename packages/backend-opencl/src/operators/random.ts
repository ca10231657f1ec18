import { getRandomValues } from "node:crypto"
import { literal } from "../codegen/expression-code.js"
import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, type TensorType } from "../graph/tensor-type.js"
import { typeNamed } from "./arithmetic.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"

/**
 * Random numbers by counters: element `i` is a hash of the seed and `i`, so that work-items need nothing of one another.
 * Without a seed in the model one is drawn when the model is planned for its inputs' shapes, and stays for these.
 */

/** Sebastiano Vigna's SplitMix64, whose outputs from one counter to the next are independent; in [0, 1), 24 bits of it. */
const helpers = `
static float KERNEL_uniform(ulong seed, ulong counter) {
  ulong z = seed + (counter + 1) * 0x9e3779b97f4a7c15UL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
  z ^= z >> 31;
  return (float)(z >> 40) * 0x1p-24f;
}
`

function seedOf(node: OperatorCall): string {
  const bits = new BigUint64Array(1)
  if (node.has("seed")) new DataView(bits.buffer).setFloat64(0, node.float("seed"), true)
  else getRandomValues(bits)
  return `${bits[0]}UL`
}

/** @param value OpenCL C of one element, by what KERNEL_uniform gives */
function drawn(
  node: OperatorCall,
  type: TensorType,
  shape: readonly number[],
  inputs: readonly Tensor[],
  value: string,
): Tensor {
  const [result] = node.builder.custom(inputs, [{ type, shape }], {
    helpers,
    varies: true,
    body: `
  const ulong seed = ${seedOf(node)};
  STORE0(i, ${value});`,
  })
  return result as Tensor
}

type Distribution = (node: OperatorCall) => string

/** OpenCL C of a float; a double, too, has no more bits. */
const number = (value: number) => literal("float32", value)

const uniform: Distribution = (node) => {
  const [low, high] = [node.float("low", 0), node.float("high", 1)]
  return `mix(${number(low)}, ${number(high)}, KERNEL_uniform(seed, i))`
}

/** Box and Muller's. */
const normal: Distribution = (node) => {
  const [mean, scale] = [node.float("mean", 0), node.float("scale", 1)]
  const radius = "sqrt(-2.0f * log(1.0f - KERNEL_uniform(seed, 2UL * i)))"
  return `${number(mean)} + ${number(scale)} * ${radius} * cospi(2.0f * KERNEL_uniform(seed, 2UL * i + 1))`
}

const ofShape =
  (distribution: Distribution): Operator =>
  (node) => {
    const shape = node.ints("shape")
    if (shape === undefined || shape.some((length) => length < 0)) throw node.broken("has no shape")
    return drawn(node, floatNamed(node, "float32"), shape, [], distribution(node))
  }

const like =
  (distribution: Distribution): Operator =>
  (node) =>
    drawn(node, floatNamed(node, node.input(0).type), node.input(0).shape, [], distribution(node))

function floatNamed(node: OperatorCall, standard: TensorType): TensorType {
  const type = typeNamed(node, "dtype", standard)
  if (!isFloat(type)) throw node.broken("draws from a range of floats what isn't one")
  return type
}

/** 1 as often as the input says. */
const bernoulli: Operator = (node) => {
  const x = node.input(0)
  return drawn(node, typeNamed(node, "dtype", x.type), x.shape, [x], "KERNEL_uniform(seed, i) < LOAD0(i) ? 1 : 0")
}

/** Indices of classes, whose probabilities have the input as their logarithms, up to a factor for each row. */
const multinomial: Operator = (node) => {
  const x = node.input(0)
  const [batch = 0, classes = 0] = x.shape
  const count = node.int("sample_size", 1)
  const shape = [batch, count]
  if (x.shape.length !== 2 || count < 0 || (classes === 0 && sizeOf(shape) > 0)) throw node.broken("has no classes")
  const [result] = node.builder.custom([x], [{ type: typeNamed(node, "dtype", "int32"), shape }], {
    helpers,
    varies: true,
    body: `
  const ulong seed = ${seedOf(node)};
  const int begin = i / ${count} * ${classes};
  float largest = -INFINITY, sum = 0, passed = 0;
  for (int k = 0; k < ${classes}; k++) largest = fmax(largest, (float)LOAD0(begin + k));
  for (int k = 0; k < ${classes}; k++) sum += exp((float)LOAD0(begin + k) - largest);
  const float drawn = KERNEL_uniform(seed, i) * sum;
  int chosen = 0;
  for (; chosen < ${classes - 1}; chosen++) {
    passed += exp((float)LOAD0(begin + chosen) - largest);
    if (drawn < passed) break;
  }
  STORE0(i, chosen);`,
  })
  return result as Tensor
}

export const random: OperatorTable = {
  RandomUniform: ofShape(uniform),
  RandomNormal: ofShape(normal),
  RandomUniformLike: like(uniform),
  RandomNormalLike: like(normal),
  Bernoulli: bernoulli,
  Multinomial: multinomial,
}
