import { StrongroomError } from "@strongroom/core/backend"
import { literal } from "../codegen/expression-code.js"
import { asElement } from "../graph/elements.js"
import { axisOf, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import { interpolateInBlocks, pickPixelsInBlocks } from "../kernels/blocked-resize.js"
import { coordinates } from "../kernels/plain.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { originOf, type ResizedAxis, tapCount, tapsOf } from "./resize-taps.js"
import { castTo, sumTypeOf } from "./small-floats.js"

/** Where results come from is computed here, for each axis by itself, and given to kernels as tables. */

/** The largest table: what is longer is no picture. */
const mostTaps = 2 ** 22

interface Sizes {
  readonly axes: readonly (ResizedAxis & { readonly axis: number })[]
}

/** Scales or sizes, for all axes or those that `axes` names. */
async function sizesOf(node: OperatorCall, x: Tensor, scales: readonly number[] | undefined): Promise<Sizes> {
  const { shape } = x
  const given = node.ints("axes")?.map((axis) => axisOf(axis, shape.length)) ?? [...shape.keys()]
  const sizes = scales === undefined ? await node.integers(3) : undefined
  const region = node.text("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize"
  const roi = region ? await numbersOf(node, 1) : undefined
  if (new Set(given).size !== given.length) throw node.broken("has an axis twice")
  if ((scales ?? sizes)?.length !== given.length || (region && roi?.length !== 2 * given.length)) {
    throw node.broken("has no scales or sizes, or no regions, that fit its input")
  }
  const lengths = given.map((axis) => shape[axis] as number)
  let factors =
    scales ?? (sizes as number[]).map((size, at) => (size === lengths[at] ? 1 : size / (lengths[at] as number)))
  // In float32, as others do: what is a hair below a whole number is that number.
  let results = sizes ?? factors.map((factor, at) => Math.floor(Math.fround(factor * (lengths[at] as number))))
  const policy = node.text("keep_aspect_ratio_policy", "stretch")
  if (sizes !== undefined && policy !== "stretch") {
    const factor = policy === "not_larger" ? Math.min(...factors) : Math.max(...factors)
    factors = factors.map(() => factor)
    results = lengths.map((length) => Math.floor(factor * length + 0.5))
  }
  if (results.some((size) => !(size >= 0)) || factors.some((factor) => !(factor >= 0))) {
    throw node.broken("has a negative size or scale")
  }
  return {
    axes: given.map((axis, at) => ({
      axis,
      from: lengths[at] as number,
      to: results[at] as number,
      scale: factors[at] as number,
      region: roi && [roi[at] as number, roi[at + given.length] as number],
    })),
  }
}

const isWhole = (region: ResizedAxis["region"]) => region === undefined || (region[0] === 0 && region[1] === 1)

async function numbersOf({ builder, inputs }: OperatorCall, index: number): Promise<number[] | undefined> {
  const input = inputs[index]
  return input === undefined || input.size === 0 ? undefined : (await builder.elements(input)).map(Number)
}

const resize: Operator = async (node) => {
  const { version } = node
  const x = node.input(0)
  const scales = version < 9 && node.has("scales") ? node.floats("scales") : await numbersOf(node, version < 11 ? 1 : 2)
  const { axes } = await sizesOf(node, x, scales)
  const changed = axes.filter(({ from, to, scale, region }) => from !== to || scale !== 1 || !isWhole(region))
  if (changed.some(({ from, to }) => from === 0 && to > 0)) throw node.broken("makes something of nothing")
  const mode = node.text("mode", "nearest")
  if (mode === "nearest") return nearest(node, x, changed)
  if (mode !== "linear" && mode !== "cubic" && mode !== "bilinear") throw node.broken("has a mode that isn't ONNX's")
  const wide = castTo(node, sumTypeOf(x.type), x)
  // Axes that shrink go first: what is left for the others is less.
  const order = changed.toSorted((a, b) => a.to / a.from - b.to / b.from)
  const result = order.reduce((value, one) => interpolated(node, value, one, mode === "cubic"), wide)
  return castTo(node, x.type, result)
}

/** Older versions have no attribute for it. */
const transformOf = (node: OperatorCall) =>
  node.version < 11 ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel")

/** How each axis' coordinate becomes an index. Before version 11 it was left open: as ONNX Runtime has it. */
function rounding(node: OperatorCall, { scale }: ResizedAxis): (origin: number) => number {
  if (node.version < 11) return scale < 1 ? Math.ceil : Math.floor
  switch (node.text("nearest_mode", "round_prefer_floor")) {
    case "floor":
      return Math.floor
    case "ceil":
      return Math.ceil
    case "round_prefer_ceil":
      return (origin) => Math.floor(origin + 0.5)
    case "round_prefer_floor":
      return (origin) => Math.ceil(origin - 0.5)
    default:
      throw node.broken("has a nearest_mode that isn't ONNX's")
  }
}

/** All axes in one kernel, which moves elements. */
function nearest(node: OperatorCall, x: Tensor, axes: Sizes["axes"]): Tensor {
  const { builder } = node
  if (axes.length === 0) return x
  const shape = axes.reduce((lengths, { axis, to }) => lengths.with(axis, to), [...x.shape])
  const tables = axes.map((axis) => {
    const index = rounding(node, axis)
    const table = Array.from({ length: checked(axis.to) }, (_, at) => {
      const origin = originOf(axis, at, transformOf(node))
      return origin === undefined ? -1 : Math.min(Math.max(index(origin), 0), axis.from - 1)
    })
    return builder.constant("int32", [axis.to], table)
  })
  // Axes that stay as they are lie together.
  const first = Math.min(...axes.map(({ axis }) => axis))
  const last = Math.max(...axes.map(({ axis }) => axis))
  const inner = sizeOf(x.shape.slice(last + 1))
  const between = [...shape.keys()].slice(first, last + 1)
  const index = between.map((axis, at) => {
    const table = axes.findIndex((one) => one.axis === axis)
    return `const int x${at} = ${table < 0 ? `c${at}` : `LOAD${table + 1}(c${at})`};`
  })
  const from = between.reduce((sum, axis, at) => `(${sum}) * ${x.shape[axis]} + x${at}`, "rest")
  const outside = between.map((_, at) => `x${at} < 0`).join(" || ")
  const value = `LOAD0((${from}) * ${inner} + inner)`
  const extrapolated = axes.some(({ region }) => region !== undefined)
  const body = `
  const int inner = i % ${inner};
  int rest = i / ${inner};
${coordinates(between.map((axis) => shape[axis] as number))}
  ${index.join("\n  ")}
  STORE0(i, ${extrapolated ? `(${outside}) ? ${extrapolation(node, x)} : ${value}` : value});`
  const isRows = (axis: number) => axes.some((one) => one.axis === axis)
  const inBlocks =
    first >= 2 && shape.length <= 4 && !extrapolated && axes.every((one, at) => one.axis >= (axes[at - 1]?.axis ?? 0))
      ? pickPixelsInBlocks(imagesOf(x, shape), pickedAxes(x, isRows))
      : undefined
  return builder.custom([x, ...tables], [{ type: x.type, shape }], { body, inBlocks })[0] as Tensor
}

/** Images of one row have three dimensions. */
const pickedAxes = ({ shape }: Tensor, isPicked: (axis: number) => boolean) =>
  shape.length === 3 ? { rows: false, columns: isPicked(2) } : { rows: isPicked(2), columns: isPicked(3) }

function imagesOf({ shape: from }: Tensor, to: readonly number[]) {
  const sizeOfImage = (shape: readonly number[]): [number, number] =>
    shape.length === 3 ? [1, shape[2] as number] : [shape[2] as number, shape[3] as number]
  const [batch = 1, channels = 1] = from
  return { batch, channels, size: sizeOfImage(from), outputSize: sizeOfImage(to) }
}

const extrapolation = (node: OperatorCall, { type }: Tensor) =>
  literal(type, asElement(type, node.float("extrapolation_value", 0)))

function checked(length: number): number {
  if (length > mostTaps) {
    throw new StrongroomError("out-of-memory", `Resize makes a dimension of ${length}; the engine's reach ${mostTaps}.`)
  }
  return length
}

/** One axis: each result is a sum of a few elements along it. */
function interpolated(node: OperatorCall, x: Tensor, axis: Sizes["axes"][number], isCubic: boolean): Tensor {
  const { builder } = node
  const interpolation = {
    transform: transformOf(node),
    isCubic,
    coefficient: node.float("cubic_coeff_a", -0.75),
    antialias: node.int("antialias", 0) === 1,
    excludesOutside: node.int("exclude_outside", 0) === 1,
  }
  checked(axis.to * tapCount(axis, interpolation))
  const taps = tapsOf(axis, interpolation)
  const shape = x.shape.with(axis.axis, axis.to)
  const inner = sizeOf(shape.slice(axis.axis + 1))
  const { computed } = tensorTypes[x.type]
  const body = `
  const int inner = i % ${inner}, at = i / ${inner} % ${axis.to}, outer = i / ${inner * axis.to};
  const int first = LOAD1(at);
  ${computed} sum = 0;
  for (int k = 0; k < ${taps.count}; k++) {
    const int from = clamp(first + k, 0, ${axis.from - 1});
    sum += (${computed})LOAD2(at * ${taps.count} + k) * LOAD0((outer * ${axis.from} + from) * ${inner} + inner);
  }
  STORE0(i, ${axis.region === undefined ? "sum" : `first == INT_MIN ? ${extrapolation(node, x)} : sum`});`
  const tables = [
    builder.constant("int32", [axis.to], taps.firsts),
    builder.constant("float32", [axis.to, taps.count], taps.weights),
  ]
  const isColumns = axis.axis === shape.length - 1
  const inBlocks =
    axis.axis >= 2 && shape.length <= 4 && axis.region === undefined
      ? interpolateInBlocks(imagesOf(x, shape), isColumns ? "columns" : "rows", taps.count)
      : undefined
  return builder.custom([x, ...tables], [{ type: x.type, shape }], { body, inBlocks })[0] as Tensor
}

export const resizing: OperatorTable = { Resize: resize, Upsample: resize }
