import type { Builder } from "../graph/builder.js"
import type { Tensor } from "../graph/tensor.js"
import { real } from "../kernels/real.js"

export interface FourierTransform {
  /** Of the transform; what isn't given is 0. */
  readonly length: number
  /** How many frequencies are wanted. */
  readonly count: number
  readonly isInverse: boolean
}

/**
 * A Fourier transform by its definition: each work-item sums one frequency. In double where there is one: rows whose sum is
 * nearly 0 are no more than rounding errors in float.
 *
 * @param x `[rows, given, 1 or 2]`: real numbers, or real and imaginary parts. The result is `[rows, count, 2]`.
 */
export function fourierSums(builder: Builder, x: Tensor, { length, count, isInverse }: FourierTransform): Tensor {
  const [rows = 1, given = 1, parts = 1] = x.shape
  const scaled = isInverse ? ` / ${length}` : ""
  const sum =
    parts === 1
      ? "a += x * c; b += x * s;"
      : `const KERNEL_REAL y = LOAD0((row * ${given} + k) * 2 + 1);
    a += x * c - y * s;
    b += x * s + y * c;`
  const body = `
  const int frequency = i % ${count}, row = i / ${count};
  KERNEL_REAL a = 0, b = 0;
  int turn = 0;
  for (int k = 0; k < ${given}; k++) {
    const KERNEL_REAL c = (KERNEL_REAL)LOAD1(turn * 4) + LOAD1(turn * 4 + 1);
    const KERNEL_REAL s = (KERNEL_REAL)LOAD1(turn * 4 + 2) + LOAD1(turn * 4 + 3);
    const KERNEL_REAL x = LOAD0((row * ${given} + k) * ${parts});
    ${sum}
    turn += frequency;
    if (turn >= ${length}) turn -= ${length};
  }
  STORE0(i * 2, a${scaled});
  STORE0(i * 2 + 1, b${scaled});`
  const table = rootsOfUnity(builder, length, isInverse ? 2 : -2)
  const results = [{ type: x.type, shape: [rows, count, 2] }]
  return builder.custom([x, table], results, { body, helpers: real, items: rows * count })[0] as Tensor
}

/** Cosines and sines of so many parts of a turn, each as a float and what that lacks. */
function rootsOfUnity(builder: Builder, length: number, halfTurns: number): Tensor {
  const body = `
  const KERNEL_REAL angle = (KERNEL_REAL)${halfTurns} * i / ${length};
  const KERNEL_REAL c = cospi(angle), s = sinpi(angle);
  STORE0(i * 4, c);
  STORE0(i * 4 + 1, c - (float)c);
  STORE0(i * 4 + 2, s);
  STORE0(i * 4 + 3, s - (float)s);`
  const results = [{ type: "float32", shape: [length, 4] }] as const
  return builder.custom([], results, { body, helpers: real, items: length })[0] as Tensor
}
