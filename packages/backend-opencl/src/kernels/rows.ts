import type { KernelBody } from "../codegen/custom.js"
import type { LayerNorm, Softmax } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"

/** Kernels of which each work-item computes a row: the last dimension of a contiguous tensor. */

export function softmaxRows({ inputs, isLogarithm }: Softmax): KernelBody {
  const [input] = inputs as [Tensor]
  const { computed } = tensorTypes[input.type]
  const length = input.shape.at(-1) ?? 1
  // A row of minus infinities has NaN, as everywhere; the subtraction makes it.
  const body = `
  const int begin = i * ${length};
  ${computed} largest = -INFINITY;
  for (int k = 0; k < ${length}; k++) largest = fmax(largest, LOAD0(begin + k));
  ${computed} sum = 0;
  for (int k = 0; k < ${length}; k++) sum += exp(LOAD0(begin + k) - largest);
  ${
    isLogarithm
      ? `sum = log(sum);
  for (int k = 0; k < ${length}; k++) STORE0(begin + k, LOAD0(begin + k) - largest - sum);`
      : `for (int k = 0; k < ${length}; k++) STORE0(begin + k, exp(LOAD0(begin + k) - largest) / sum);`
  }`
  return { body, helpers: "", items: input.size / Math.max(1, length) }
}

export function layerNormRows({ inputs, epsilon }: LayerNorm): KernelBody {
  const [input, scale, bias] = inputs as [Tensor, Tensor?, Tensor?]
  const { computed } = tensorTypes[input.type]
  const length = input.shape.at(-1) ?? 1
  const scaled = scale === undefined ? "" : " * LOAD1(k)"
  const biased = bias === undefined ? "" : " + LOAD2(k)"
  const body = `
  const int begin = i * ${length};
  ${computed} sum = 0;
  for (int k = 0; k < ${length}; k++) sum += LOAD0(begin + k);
  const ${computed} mean = sum / ${length};
  ${computed} squares = 0;
  for (int k = 0; k < ${length}; k++) {
    const ${computed} difference = LOAD0(begin + k) - mean;
    squares += difference * difference;
  }
  const ${computed} inverse = 1 / sqrt(squares / ${length} + (${computed})${epsilon});
  for (int k = 0; k < ${length}; k++) STORE0(begin + k, (LOAD0(begin + k) - mean) * inverse${scaled}${biased});`
  return { body, helpers: "", items: input.size / Math.max(1, length) }
}
