import type { Tensor } from "../graph/tensor.js"
import type { AttentionBatch } from "../kernels/attention.js"
import type { Attention } from "./attention-pattern.js"
import { type SharedHeads, sharedHeads } from "./shared-heads.js"

/** How the kernel goes through a batch, and what it reads there. */
export interface BatchOfAttention {
  readonly keys: SharedHeads
  readonly values: SharedHeads
  readonly lengths: AttentionBatch
  /**
   * How far apart matrices are along each of the kernel's axes.
   *
   * @param strides of a tensor, along the result's axes
   * @param sharing how many heads share one of the tensor's
   */
  distances(strides: readonly number[], sharing?: number): AttentionBatch
}

/** Axes that the kernel has. */
const most = 3

/** Whether the kernel has enough axes. */
export const fitsBatch = (product: Tensor): boolean => longAxes(product).length <= most

/** Of the result's axes those that are longer than 1; where heads share keys or values, theirs are groups of heads. */
export function batchOf({ key, value, product }: Attention): BatchOfAttention {
  const long = longAxes(product)
  const heads = product.shape.length - 3
  const { keys, values } = shared(key, value, long.length < most)
  const group = Math.max(keys.sharing, values.sharing)
  const axes = long.flatMap((axis) => {
    const length = product.shape[axis] as number
    if (axis !== heads || group === 1) return [{ axis, length, step: 1 }]
    return [
      { axis, length: length / group, step: group },
      { axis, length: group, step: 1 },
    ]
  })
  const ofKernel = <Value>(none: number, values: readonly Value[]) =>
    [...new Array(most - values.length).fill(none), ...values] as unknown as AttentionBatch
  return {
    keys,
    values,
    lengths: ofKernel(
      1,
      axes.map(({ length }) => length),
    ),
    distances: (strides, sharing = 1) =>
      ofKernel(
        0,
        axes.map(({ axis, step }) => {
          // Of what is shared a group has one, and all in the group read it.
          return (strides[axis] as number) * (axis === heads ? Math.floor(step / sharing) : step)
        }),
      ),
  }
}

/** As both are read. There is one kind of groups: where values are shared by other groups than keys, they are repeated. */
function shared(key: Tensor, value: Tensor, hasRoom: boolean): Pick<BatchOfAttention, "keys" | "values"> {
  const [ownKeys, ownValues] = [key, value].map((tensor) => ({ tensor, sharing: 1 })) as [SharedHeads, SharedHeads]
  if (!hasRoom) return { keys: ownKeys, values: ownValues }
  const [keys, values] = [sharedHeads(key) ?? ownKeys, sharedHeads(value) ?? ownValues]
  const isOneKind = keys.sharing === 1 || values.sharing === 1 || keys.sharing === values.sharing
  return { keys, values: isOneKind ? values : ownValues }
}

const longAxes = ({ shape }: Tensor): readonly number[] =>
  [...shape.keys()].slice(0, -2).filter((axis) => (shape[axis] as number) > 1)
