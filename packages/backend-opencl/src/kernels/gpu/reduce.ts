import type { KernelBody } from "../../codegen/custom.js"
import { argument } from "../../codegen/size-arguments.js"
import type { Reduce, ReduceMode } from "../../graph/operation.js"
import { contiguousStrides, sizeOf } from "../../graph/shape.js"
import type { Tensor } from "../../graph/tensor.js"
import { isFloat, tensorTypes } from "../../graph/tensor-type.js"
import type { KernelDevice } from "../kernel-device.js"
import { coordinates, neutralOf, plainReduce } from "../plain.js"
import { foldGroup, groupFor } from "./group-fold.js"

/** With fewer numbers for a result an item computes it. */
const fewest = 32
/** As many results keep a device busy with an item each, where items side by side read what lies together. */
const manyResults = 16384

/** What a number adds to a result, and what one makes of two results. NaN stays. */
const folds: Readonly<
  Record<ReduceMode, { add: (isInteger: boolean) => string; join: (a: string, b: string) => string }>
> = {
  sum: { add: () => "value", join: (a, b) => `${a} + ${b}` },
  mean: { add: () => "value", join: (a, b) => `${a} + ${b}` },
  product: { add: () => "value", join: (a, b) => `${a} * ${b}` },
  max: { add: () => "value", join: (a, b) => `(${b} > ${a} || ${b} != ${b}) ? ${b} : ${a}` },
  min: { add: () => "value", join: (a, b) => `(${b} < ${a} || ${b} != ${b}) ? ${b} : ${a}` },
  sumOfSquares: { add: () => "value * value", join: (a, b) => `${a} + ${b}` },
  sumOfAbsolutes: {
    add: (isInteger) => (isInteger ? "(value < 0 ? -value : value)" : "fabs(value)"),
    join: (a, b) => `${a} + ${b}`,
  },
}

/** A work-group a result where many numbers are folded into it, else an item. */
export function groupReduce(device: KernelDevice, operation: Reduce): KernelBody {
  const { inputs, outputs, axes, mode } = operation
  const [input] = inputs as [Tensor]
  const [output] = outputs as [Tensor]
  const lengths = axes.map((axis) => input.shape[axis] as number)
  const count = sizeOf(lengths)
  const isAlongMemory = axes.includes(input.shape.length - 1)
  if (count < fewest || (!isAlongMemory && output.size >= manyResults)) return plainReduce(operation)
  const strides = contiguousStrides(input.shape)
  const kept = [...input.shape.keys()].filter((axis) => !axes.includes(axis))
  const group = groupFor(device, count)
  const type = tensorTypes[output.type].computed
  const { add, join } = folds[mode]
  const body = `
  __local ${type} shared[${group}];
  int rest = i;
${coordinates(
  kept.map((axis) => input.shape[axis] as number),
  argument,
)}
  const int begin = 0${kept.map((axis, index) => ` + c${index} * ${argument(strides[axis] as number)}`).join("")};
  ${type} result = ${neutralOf(input, mode)};
  for (int k = lane; k < ${argument(count)}; k += ${group}) {
    int place = k, at = begin;
    ${axes
      .map((axis, index) => ({ length: argument(lengths[index] as number), stride: argument(strides[axis] as number) }))
      .reverse()
      .map(({ length, stride }) => `at += place % ${length} * ${stride}; place /= ${length};`)
      .join("\n    ")}
    const ${type} value = LOAD0(at), one = ${add(!isFloat(input.type))};
    result = ${join("result", "one")};
  }
  ${foldGroup("result", group, join)}
  if (lane == 0) STORE0(i, ${mode === "mean" ? `result / ${argument(count)}` : "result"});`
  return { body, helpers: "", items: output.size, group }
}
