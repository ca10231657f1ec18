import type { Tensor } from "../graph/tensor.js"
import { real } from "../kernels/real.js"
import { typeNamed } from "./arithmetic.js"
import type { Operator, OperatorTable } from "./call.js"

/**
 * Triangles that overlap by half, each from the place of one edge to that of the next but one: the edges are as far from
 * one another in mels, 2595 log10(1 + f / 700). A work-item makes a column, in double so that a place is the reference's:
 * in float, on devices without, an edge may be one place off.
 */
const melWeightMatrix: Operator = async (node) => {
  const [bins] = (await node.integers(0)) ?? []
  const [length] = (await node.integers(1)) ?? []
  const scalars = [node.input(1), node.input(2), node.input(3), node.input(4)]
  if (bins === undefined || length === undefined || bins < 0 || length < 0 || scalars.some(({ size }) => size !== 1)) {
    throw node.broken("has no numbers of bins")
  }
  const lines = Math.floor(length / 2) + 1
  const [result] = node.builder.custom(
    scalars,
    [{ type: typeNamed(node, "output_datatype", "float32"), shape: [lines, bins] }],
    {
      helpers: `${real}
static int KERNEL_place(KERNEL_REAL low, KERNEL_REAL high, int edge, KERNEL_REAL perHertz) {
  const KERNEL_REAL mel = low + (high - low) / ${bins + 2} * edge;
  return (int)clamp(floor(700 * (pow(10.0, mel / 2595) - 1) * perHertz), -1.0, ${lines}.0);
}
`,
      items: bins,
      body: `
  const KERNEL_REAL low = 2595 * log10(1 + (KERNEL_REAL)LOAD2(0) / 700), high = 2595 * log10(1 + (KERNEL_REAL)LOAD3(0) / 700);
  const KERNEL_REAL perHertz = ((KERNEL_REAL)LOAD0(0) + 1) / (KERNEL_REAL)LOAD1(0);
  const int first = KERNEL_place(low, high, i, perHertz), top = KERNEL_place(low, high, i + 1, perHertz);
  const int last = KERNEL_place(low, high, i + 2, perHertz);
  for (int n = 0; n < ${lines}; n++) {
    KERNEL_REAL weight = 0;
    if (first == top && n == top) weight = 1;
    else if (n >= first && n <= top && top > first) weight = (KERNEL_REAL)(n - first) / (top - first);
    else if (n >= top && n < last) weight = (KERNEL_REAL)(last - n) / (last - top);
    STORE0(n * ${bins} + i, weight);
  }`,
    },
  )
  return result as Tensor
}

export const mel: OperatorTable = { MelWeightMatrix: melWeightMatrix }
