import type { KernelBody } from "../codegen/custom.js"
import { argument } from "../codegen/size-arguments.js"
import type { Convolution, MatMul, Pool, Reduce, ReduceMode } from "../graph/operation.js"
import { broadcastStrides, contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, tensorTypes } from "../graph/tensor-type.js"

/**
 * Kernels for every type and shape, one element a work-item, tensors row-major: what is left to where no fast kernel
 * fits.
 */

/** Sums are kept in the computed type, of small floats in float. */
const sumType = ({ type }: Tensor) => tensorTypes[type].computed

export function plainConvolution({ inputs, outputs, groups, strides, dilations, pads }: Convolution): KernelBody {
  const [input, weights, bias] = inputs as [Tensor, Tensor, Tensor?]
  const [output] = outputs as [Tensor]
  const [, channels = 1, ...inputSizes] = input.shape
  const [, maps = 1, ...outputSizes] = output.shape
  const window = weights.shape.slice(2)
  const perGroup = channels / groups
  const spatial = [...window.keys()]
  const inputStrides = contiguousStrides(input.shape)
  const weightStrides = contiguousStrides(weights.shape)
  const loops = spatial.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${window[axis]}; k${axis}++) {
    const int x${axis} = c${axis} * ${strides[axis]} - ${pads[axis]} + k${axis} * ${dilations[axis]};
    if (x${axis} < 0 || x${axis} >= n${axis}) continue;`,
  )
  const lengths = spatial.map((axis) => {
    return `  const int n${axis} = ${argument(inputSizes[axis] as number)}, s${axis} = ${argument(inputStrides[axis + 2] as number)};`
  })
  const at = spatial.map((axis) => ` + x${axis} * s${axis}`).join("")
  const weightAt = spatial.map((axis) => ` + k${axis} * ${weightStrides[axis + 2]}`).join("")
  const body = `
  int rest = i;
${coordinates(outputSizes, argument)}
  const int plane = ${argument(inputStrides[1] as number)};
${lengths.join("\n")}
  const int map = rest % ${maps};
  const int image = rest / ${maps};
  const int begin = (map / ${maps / groups}) * ${perGroup};
  ${sumType(output)} sum = ${bias === undefined ? "0" : "LOAD2(map)"};
  for (int channel = 0; channel < ${perGroup}; channel++) {
  ${loops.join("\n")}
    sum += LOAD0((image * ${channels} + begin + channel) * plane${at}) *
           LOAD1(map * ${weightStrides[0]} + channel * ${weightStrides[1]}${weightAt});
  ${spatial.map(() => "}").join("")}
  }
  STORE0(i, sum);`
  return { body, helpers: "", items: output.size }
}

export function plainMatMul({ inputs, outputs }: MatMul): KernelBody {
  const [a, b] = inputs as [Tensor, Tensor]
  const [output] = outputs as [Tensor]
  const batch = output.shape.slice(0, -2)
  const [rows = 1, columns = 1] = output.shape.slice(-2)
  const depth = a.shape.at(-1) as number
  const offset = (tensor: Tensor) => {
    const matrix = sizeOf(tensor.shape.slice(-2))
    const strides = broadcastStrides(tensor.shape.slice(0, -2), batch)
    return [
      "0",
      ...Array.from(batch.keys(), (axis) => `c${axis} * ${argument((strides[axis] as number) * matrix)}`),
    ].join(" + ")
  }
  const body = `
  int rest = i;
  const int columns = ${argument(columns)}, rows = ${argument(rows)}, depth = ${argument(depth)};
  const int column = rest % columns; rest /= columns;
  const int row = rest % rows; rest /= rows;
${coordinates(batch, argument)}
  const int a = ${offset(a)} + row * depth;
  const int b = ${offset(b)} + column;
  ${sumType(output)} sum = 0;
  for (int k = 0; k < depth; k++) sum += LOAD0(a + k) * LOAD1(b + k * columns);
  STORE0(i, sum);`
  return { body, helpers: "", items: output.size }
}

export function plainPool(operation: Pool): KernelBody {
  const { inputs, outputs, mode, window, strides, dilations, pads, countsPadding } = operation
  const [input] = inputs as [Tensor]
  const [output] = outputs as [Tensor]
  const [, , ...inputSizes] = input.shape
  const [, , ...outputSizes] = output.shape
  const inputStrides = contiguousStrides(input.shape)
  const spatial = [...window.keys()]
  const plane = inputStrides[1] as number
  const loops = spatial.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${window[axis]}; k${axis}++) {
    const int x${axis} = c${axis} * ${strides[axis]} - ${pads[axis]} + k${axis} * ${dilations[axis]};
    ${countsPadding ? `if (x${axis} >= ${(inputSizes[axis] as number) + (pads[axis + window.length] as number)}) continue;` : ""}`,
  )
  const isInside = spatial.map((axis) => `x${axis} >= 0 && x${axis} < ${inputSizes[axis]}`).join(" && ") || "1"
  const at = spatial.map((axis) => ` + x${axis} * ${inputStrides[axis + 2]}`).join("")
  const body = `
  int rest = i;
${coordinates(outputSizes)}
  ${sumType(output)} result = 0;
  int count = 0;
  ${loops.join("\n")}
  if (${isInside}) {
    const ${sumType(output)} value = LOAD0(rest * ${plane}${at});
    ${mode === "max" ? "result = (count == 0 || value > result || value != value) ? value : result;" : "result += value;"}
    count += 1;
  }${countsPadding ? " else count += 1;" : ""}
  ${spatial.map(() => "}").join("")}
  STORE0(i, ${mode === "max" ? "result" : "count == 0 ? 0 : result / count"});`
  return { body, helpers: "", items: output.size }
}

/** How one element is folded in. */
const folds: Readonly<Record<ReduceMode, (isInteger: boolean) => string>> = {
  sum: () => "result += value;",
  mean: () => "result += value;",
  product: () => "result *= value;",
  // NaN stays.
  max: () => "result = (isFirst || value > result || value != value) ? value : result;",
  min: () => "result = (isFirst || value < result || value != value) ? value : result;",
  sumOfSquares: () => "result += value * value;",
  sumOfAbsolutes: (isInteger) => (isInteger ? "result += value < 0 ? -value : value;" : "result += fabs(value);"),
}

export function plainReduce({ inputs, outputs, axes, mode }: Reduce): KernelBody {
  const [input] = inputs as [Tensor]
  const [output] = outputs as [Tensor]
  const strides = contiguousStrides(input.shape)
  const kept = [...input.shape.keys()].filter((axis) => !axes.includes(axis))
  const count = sizeOf(axes.map((axis) => input.shape[axis] as number))
  const loops = axes.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${argument(input.shape[axis] as number)}; k${axis}++) {`,
  )
  const at = axes.map((axis) => ` + k${axis} * ${argument(strides[axis] as number)}`).join("")
  const body = `
  int rest = i;
${coordinates(
  kept.map((axis) => input.shape[axis] as number),
  argument,
)}
  const int begin = 0${kept.map((axis, index) => ` + c${index} * ${argument(strides[axis] as number)}`).join("")};
  ${sumType(output)} result = ${neutralOf(input, mode)};
  int isFirst = 1;
  ${loops.join("\n")}
    const ${sumType(output)} value = LOAD0(begin${at});
    ${folds[mode](!isFloat(input.type))}
    isFirst = 0;
  ${axes.map(() => "}").join("")}
  STORE0(i, ${mode === "mean" ? `result / ${argument(Math.max(1, count))}` : "result"});`
  return { body, helpers: "", items: output.size }
}

/** A literal: what no elements at all are folded into. */
export function neutralOf(input: Tensor, mode: ReduceMode): string {
  if (mode === "max" || mode === "min") return extreme(input, mode)
  return mode === "product" ? "1" : "0"
}

function extreme({ type }: Tensor, mode: "max" | "min"): string {
  const isLow = mode === "max"
  if (type === "bool") return isLow ? "0" : "1"
  if (isFloat(type)) return isLow ? "-INFINITY" : "INFINITY"
  const { stored } = tensorTypes[type]
  const name = stored.toUpperCase()
  const limit = name.replace("SHORT", "SHRT")
  if (type.startsWith("u")) return isLow ? "0" : `${limit}_MAX`
  return `${limit === "CHAR" ? "SCHAR" : limit}_${isLow ? "MIN" : "MAX"}`
}

/**
 * From `rest`, an index over `shape`, coordinates `c0`, `c1`...; what is left stays in `rest`.
 *
 * @param written how lengths are: as numbers, by which compilers divide sooner, or as `argument`s
 */
export function coordinates(shape: readonly number[], written: (length: number) => string = String): string {
  const lengths = shape.map(written)
  return [...shape.keys()]
    .reverse()
    .map((axis) => `  const int c${axis} = rest % ${lengths[axis]}; rest /= ${lengths[axis]};`)
    .join("\n")
}
