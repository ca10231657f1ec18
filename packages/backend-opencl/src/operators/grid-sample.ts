import type { Builder } from "../graph/builder.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"

export interface Sampling {
  readonly mode: "nearest" | "linear" | "cubic"
  /** What lies outside. */
  readonly padding: "zeros" | "border" | "reflection"
  /** -1 and 1 are the centres of the outermost pixels, and not their outer edges. */
  readonly alignsCorners: boolean
}

const tapsOf = { nearest: 1, linear: 2, cubic: 4 } as const

/**
 * `x` at the places that `grid` names: coordinates from -1 to 1, the last dimension's first.
 *
 * @param shape the result's
 */
export function gridSample(
  builder: Builder,
  x: Tensor,
  grid: Tensor,
  shape: readonly number[],
  { mode, padding, alignsCorners }: Sampling,
): Tensor {
  const { computed: real } = tensorTypes[x.type]
  const [, channels = 1, ...spatial] = x.shape
  const places = sizeOf(shape.slice(2))
  const steps = contiguousStrides(spatial)
  const axes = [...spatial.keys()]
  const taps = tapsOf[mode]
  const [low, high] = alignsCorners ? ["0", "length - 1"] : ["-0.5f", "length - 0.5f"]
  const helpers = `
static ${real} KERNEL_reflected(${real} x, const int length) {
  const ${real} low = ${low}, high = ${high};
  if (high <= low) return low;
  if (x >= low && x <= high) return x;
  const ${real} distance = x < low ? low - x : x - high;
  const ${real} turns = floor(distance / (high - low));
  const ${real} rest = distance - turns * (high - low);
  return (x < low) == (fmod(turns, (${real})2) == 0) ? low + rest : high - rest;
}
static ${real} KERNEL_place(${real} x, const int length) {
  ${real} at = ${alignsCorners ? "(x + 1) / 2 * (length - 1)" : "((x + 1) * length - 1) / 2"};
  ${mode === "nearest" ? "at = rint(at);" : ""}
  ${padding === "border" && mode !== "cubic" ? `if (at < ${low} || at > ${high}) at = fmin(fmax(at, (${real})0), (${real})(length - 1));` : ""}
  ${padding === "reflection" ? "at = KERNEL_reflected(at, length);" : ""}
  // Further outside is as outside, and so is NaN: an int holds it.
  return fmin(fmax(at, (${real})-4), (${real})length + 4);
}
static int KERNEL_index(int at, const int length) {
  ${padding === "zeros" ? "return at >= 0 && at < length ? at : -1;" : ""}
  ${padding === "reflection" ? "at = (int)KERNEL_reflected(at, length);" : ""}
  ${padding === "zeros" ? "" : "return clamp(at, 0, length - 1);"}
}
static ${real} KERNEL_weight(${real} distance) {
  ${mode === "nearest" ? "return 1;" : ""}
  const ${real} d = fabs(distance);
  ${
    mode === "cubic"
      ? `const ${real} a = -0.75f;
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;`
      : "return 1 - d;"
  }
}
`
  const origins = axes.map(
    (axis) => `
  const ${real} x${axis} = KERNEL_place(LOAD1(from + ${axes.length - 1 - axis}), ${spatial[axis]});
  const int first${axis} = (int)floor(x${axis})${taps === 4 ? " - 1" : ""};`,
  )
  const loops = axes.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${taps}; k${axis}++) {
    const int at${axis} = KERNEL_index(first${axis} + k${axis}, ${spatial[axis]});
    if (at${axis} < 0) continue;
    const ${real} weight${axis} = KERNEL_weight(x${axis} - (first${axis} + k${axis}))${axis === 0 ? "" : ` * weight${axis - 1}`};`,
  )
  const at = axes.map((axis) => ` + at${axis} * ${steps[axis]}`).join("")
  const body = `
  const int plane = i / ${places};
  const int from = (plane / ${channels} * ${places} + i % ${places}) * ${axes.length};
  ${origins.join("")}
  ${real} sum = 0;
  ${loops.join("\n  ")}
    sum += weight${axes.length - 1} * LOAD0(plane * ${sizeOf(spatial)}${at});
  ${axes.map(() => "}").join("")}
  STORE0(i, sum);`
  return builder.custom([x, grid], [{ type: x.type, shape }], { body, helpers })[0] as Tensor
}
