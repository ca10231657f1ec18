import type { Elementwise } from "../graph/operation.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import type { FlatImages } from "../kernels/device-kernels.js"
import { blockedByteLength, blockSize } from "../kernels/layout.js"
import type { Storage } from "../launch.js"
import { channelOrder } from "./channel-order.js"
import { fusedEpilogue, type PatternsOf } from "./fused-epilogue.js"
import { type Image, imageOf } from "./image-shapes.js"
import type { Lowering } from "./lowering.js"

/** Where images of float32 lie in the blocked layout. */

export const channelAxis = 1

/** Where a tensor lies in blocks; rearranged if it doesn't yet. */
export function blocked(lowering: Lowering, tensor: Tensor): Storage {
  const known = lowering.blockedIfThere(tensor)
  if (known !== undefined) return known
  const { batch, channels, size } = imageOf(tensor) as Image
  const pixels = size[0] * size[1]
  const order = batch === 1 ? channelOrder(lowering, tensor) : undefined
  if (order !== undefined) {
    const storage = blockedStorage(lowering, tensor)
    const buffers = { input: blocked(lowering, order.from), order: lowering.plain(order.channels), output: storage }
    lowering.call(lowering.kernels.orderChannels(channels, pixels), buffers, storage, isConstant(tensor))
    return storage
  }
  const from = lowering.plain(tensor)
  // Channels of one pixel lie as their block does.
  if (pixels === 1 && (batch === 1 || channels % blockSize === 0)) {
    lowering.setBlocked(tensor, from)
    return from
  }
  const storage = blockedStorage(lowering, tensor)
  lowering.call(
    lowering.kernels.toBlocked({ batch, channels, pixels }),
    { input: from, output: storage },
    storage,
    isConstant(tensor),
  )
  return storage
}

/** Images whose pixels are counted as one row. */
export const flat = ({ batch, channels, size }: Image): FlatImages => ({ batch, channels, pixels: size[0] * size[1] })

/** New memory in which a tensor lies in blocks. */
export function blockedStorage(lowering: Lowering, tensor: Tensor): Storage {
  const { batch, channels, size } = imageOf(tensor) as Image
  const storage = lowering.storage(tensor, blockedByteLength(batch, channels, size[0], size[1]))
  lowering.setBlocked(tensor, storage)
  return storage
}

/** What follows a kernel that writes blocks: it reads what lies as the output does in blocks, too. */
export function blockedEpilogue(
  lowering: Lowering,
  members: readonly Elementwise[],
  head: Tensor | undefined,
  output: Tensor,
  patterns: number | PatternsOf = channelAxis,
) {
  return fusedEpilogue(members, head, output, patterns, (tensor, pattern) =>
    pattern === "same" ? blocked(lowering, tensor) : lowering.plain(tensor),
  )
}
