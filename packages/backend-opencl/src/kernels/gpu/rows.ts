import type { KernelBody } from "../../codegen/custom.js"
import { literal } from "../../codegen/expression-code.js"
import { argument } from "../../codegen/size-arguments.js"
import type { LayerNorm, Softmax } from "../../graph/operation.js"
import type { Tensor } from "../../graph/tensor.js"
import { tensorTypes } from "../../graph/tensor-type.js"
import type { KernelDevice } from "../kernel-device.js"
import { foldGroup, groupFor } from "./group-fold.js"

/** Kernels of which a work-group computes a row, the last dimension of a contiguous tensor: `i` is the row's index. */

export function softmaxRows(device: KernelDevice, { inputs, isLogarithm }: Softmax): KernelBody {
  const [input] = inputs as [Tensor]
  const { computed } = tensorTypes[input.type]
  const length = input.shape.at(-1) ?? 1
  const group = groupFor(device, length)
  const each = eachOf(length, group)
  // A row of minus infinities has NaN, as everywhere; the subtraction makes it.
  const body = `
  __local ${computed} shared[${group}];
  const int begin = i * ${argument(length)};
  ${computed} largest = -INFINITY;
  ${each("largest = fmax(largest, LOAD0(begin + k));")}
  ${foldGroup("largest", group, (a, b) => `fmax(${a}, ${b})`)}
  ${computed} sum = 0;
  ${each("sum += exp(LOAD0(begin + k) - largest);")}
  ${foldGroup("sum", group, (a, b) => `${a} + ${b}`)}
  ${
    isLogarithm
      ? `const ${computed} shift = largest + log(sum);
  ${each("STORE0(begin + k, LOAD0(begin + k) - shift);")}`
      : `const ${computed} factor = 1 / sum;
  ${each("STORE0(begin + k, exp(LOAD0(begin + k) - largest) * factor);")}`
  }`
  return { body, helpers: "", items: input.size / Math.max(1, length), group }
}

export function layerNormRows(device: KernelDevice, { inputs, epsilon }: LayerNorm): KernelBody {
  const [input, scale, bias] = inputs as [Tensor, Tensor?, Tensor?]
  const { computed } = tensorTypes[input.type]
  const length = input.shape.at(-1) ?? 1
  const group = groupFor(device, length)
  const each = eachOf(length, group)
  const added = literal(computed === "double" ? "float64" : "float32", epsilon)
  const body = `
  __local ${computed} shared[${group}];
  const int begin = i * ${argument(length)};
  ${computed} sum = 0;
  ${each("sum += LOAD0(begin + k);")}
  ${foldGroup("sum", group, (a, b) => `${a} + ${b}`)}
  const ${computed} mean = sum / ${argument(length)};
  ${computed} squares = 0;
  ${each("squares += (LOAD0(begin + k) - mean) * (LOAD0(begin + k) - mean);")}
  ${foldGroup("squares", group, (a, b) => `${a} + ${b}`)}
  const ${computed} inverse = 1 / sqrt(squares / ${argument(length)} + ${added});
  ${each(`STORE0(begin + k, (LOAD0(begin + k) - mean) * inverse${scale ? " * LOAD1(k)" : ""}${bias ? " + LOAD2(k)" : ""});`)}`
  return { body, helpers: "", items: input.size / Math.max(1, length), group }
}

/** A loop over what an item has of a row: its neighbours have what lies beside it. */
const eachOf =
  (length: number, group: number) =>
  (statement: string): string =>
    `for (int k = lane; k < ${argument(length)}; k += ${group}) ${statement}`
