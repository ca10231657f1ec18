import { contiguousStrides } from "../graph/shape.js"
import { makeTensor, type Tensor } from "../graph/tensor.js"
import { isAlias } from "./lowering.js"

/** A tensor in which heads are repeated, as it is without that: heads of the queries share one of keys or values. */
export interface SharedHeads {
  /** Its last three axes are heads and a matrix; it has `sharing` times fewer heads. */
  readonly tensor: Tensor
  /** How many heads, one after the other, read the same. */
  readonly sharing: number
}

/** Elements of a tensor at `offset` plus the sum of coordinates, below `lengths`, times `strides`. */
interface Reading {
  readonly of: Tensor
  readonly offset: number
  readonly lengths: readonly number[]
  readonly strides: readonly number[]
}

/**
 * Finds that heads are repeated by a broadcast of one axis, which is merged with that of the heads, as exporters write it:
 * `Expand` and `Reshape`, then perhaps `Transpose`. What is before that is read through, too.
 */
export function sharedHeads(tensor: Tensor): SharedHeads | undefined {
  const heads = tensor.shape.length - 3
  if (heads < 0) return undefined
  let reading: Reading = { of: tensor, offset: 0, lengths: tensor.shape, strides: contiguousStrides(tensor.shape) }
  for (let next: Reading | undefined = reading; next !== undefined; next = throughView(reading, heads)) reading = next
  const { of, offset, lengths, strides } = reading
  const sharing = (tensor.shape[heads] as number) / (lengths[heads] as number)
  if (sharing === 1) return undefined
  const { isConstant } = (tensor.origin as Extract<Tensor["origin"], { kind: "operation" }>).operation
  const outputs: Tensor[] = []
  const operation = { kind: "view", inputs: [of], outputs, offset, strides, isConstant } as const
  const shared = makeTensor(tensor.type, lengths, { kind: "operation", operation })
  outputs.push(shared)
  return { tensor: shared, sharing }
}

/** The same elements as a view's input has them, if what is read is a view; of heads that it repeats the first. */
function throughView({ of, offset, lengths, strides }: Reading, heads: number): Reading | undefined {
  const viewed = unmerged(of)
  const { origin, shape } = viewed
  if (offset !== 0 || origin.kind !== "operation" || origin.operation.kind !== "view") return undefined
  const view = origin.operation
  const steps = contiguousStrides(shape)
  const fewer = [...lengths]
  const through: number[] = []
  for (const [axis, length] of lengths.entries()) {
    if (length === 1 || strides[axis] === 0) {
      through.push(0)
      continue
    }
    // Axes of length 1 have steps that others have, too.
    const at = steps.findIndex((step, one) => step === strides[axis] && shape[one] !== 1)
    const own = shape[at]
    if (own === undefined) return undefined
    // Where the axis is of two that were merged, the last may repeat what the first has.
    const before = own === length ? 1 : shape[at - 1]
    const isRepeated = axis === heads && view.strides[at] === 0 && own * (before ?? 0) === length
    if (!isRepeated && own !== length) return undefined
    if (isRepeated) fewer[axis] = before as number
    through.push((before === 1 ? (isRepeated ? 0 : view.strides[at]) : view.strides[at - 1]) as number)
  }
  return { of: view.inputs[0] as Tensor, offset: view.offset, lengths: fewer, strides: through }
}

/** The tensor that this is another shape of. */
function unmerged(tensor: Tensor): Tensor {
  let found = tensor
  for (;;) {
    const { origin } = found
    if (origin.kind !== "operation" || origin.operation.kind !== "view") return found
    if (!isAlias(origin.operation, found)) return found
    found = origin.operation.inputs[0] as Tensor
  }
}
