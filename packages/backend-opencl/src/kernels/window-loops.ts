import { contiguousStrides } from "../graph/shape.js"

/** Windows over the spatial dimensions of `[N, C, ...]`, as attributes of pools have them. */
export interface Windows {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

/**
 * Statements that visit each place of the window of the result's element `i` that lies within the input: `visit` reads
 * it at `at`; its coordinates are `x0`, `x1`...
 */
export function windowLoops(
  { window, strides, dilations, pads }: Windows,
  input: readonly number[],
  sizes: readonly number[],
  visit: string,
): string {
  const spatial = [...window.keys()]
  const steps = contiguousStrides(input)
  const coordinates = spatial
    .toReversed()
    .map((axis) => `const int c${axis} = rest % ${sizes[axis]}; rest /= ${sizes[axis]};`)
  const loops = spatial.map(
    (axis) => `for (int k${axis} = 0; k${axis} < ${window[axis]}; k${axis}++) {
    const int x${axis} = c${axis} * ${strides[axis]} - ${pads[axis]} + k${axis} * ${dilations[axis]};
    if (x${axis} < 0 || x${axis} >= ${input[axis + 2]}) continue;`,
  )
  const at = [`rest * ${steps[1]}`, ...spatial.map((axis) => `x${axis} * ${steps[axis + 2]}`)].join(" + ")
  return `
  int rest = i;
  ${coordinates.join("\n  ")}
  ${loops.join("\n  ")}
    const int at = ${at};
    ${visit}
  ${spatial.map(() => "}").join("")}`
}
