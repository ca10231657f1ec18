import type { Expression } from "../graph/expression.js"
import type { Elementwise } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"

/** How one tensor is read along with another, element by element. */
export type Pattern =
  /** Of the same shape. */
  | "same"
  /** One for each channel, that is, index of `axis`. */
  | "channel"
  /** One element for all. */
  | "scalar"
  /** One for each pixel, in all images alike. */
  | "pixel"
  /** One for each pixel of each image. */
  | "imagePixel"
  /** One for each channel of each image. */
  | "imageChannel"
  | "other"

/** @param axis that of channels in `shape` */
export function patternOf(operand: readonly number[], shape: readonly number[], axis: number): Pattern {
  if (operand.every((length) => length === 1)) return "scalar"
  const added = shape.length - operand.length
  if (added < 0) return "other"
  const aligned = shape.map((_, at) => (at < added ? 1 : (operand[at - added] as number)))
  // First, since it is read row-major whatever its rank; of the same shape is only what has as many dimensions.
  if (aligned.every((length, at) => (at === axis ? length === shape[at] : length === 1))) return "channel"
  return added === 0 && aligned.every((length, at) => length === shape[at]) ? "same" : "other"
}

/** The same for a result that is images, `[N, C, ...]`. */
export function imagePatternOf(operand: readonly number[], shape: readonly number[]): Pattern {
  const known = patternOf(operand, shape, 1)
  const added = shape.length - operand.length
  if (known !== "other" || added < 0) return known
  const aligned = shape.map((_, at) => (at < added ? 1 : (operand[at - added] as number)))
  const [images, channels, ...sizes] = aligned
  const isWhole = sizes.every((length, at) => length === shape[at + 2])
  if (channels === 1 && isWhole) return images === 1 ? "pixel" : "imagePixel"
  return channels === shape[1] && images === shape[0] && sizes.every((length) => length === 1)
    ? "imageChannel"
    : "other"
}

/** The tensors that `members` read and don't make themselves, each once, but for `head`. */
export function operandsOf(members: readonly Elementwise[], head: Tensor | undefined): readonly Tensor[] {
  const made = new Set(members.flatMap(({ outputs }) => outputs))
  const read = members.flatMap((member) => {
    const used = new Set<number>()
    collect(member.expression, used)
    return [...used].map((index) => member.inputs[index] as Tensor)
  })
  return [...new Set(read)].filter((tensor) => !made.has(tensor) && tensor !== head)
}

function collect(expression: Expression, used: Set<number>): void {
  if (expression.kind === "operand") used.add(expression.index)
  if (expression.kind === "cast") collect(expression.argument, used)
  if (expression.kind === "call") for (const argument of expression.arguments) collect(argument, used)
}
