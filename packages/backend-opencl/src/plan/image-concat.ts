import type { Concat } from "../graph/operation.js"
import { isConstant, type Tensor } from "../graph/tensor.js"
import { blockedByteLength, blockSize } from "../kernels/layout.js"
import type { Storage } from "../launch.js"
import { blocked, blockedStorage, channelAxis, flat } from "./blocked-images.js"
import { type Image, imageOf } from "./image-shapes.js"
import type { Lowering } from "./lowering.js"

/** Channels behind one another, of inputs of which one lies in blocks; false: not done. */
export function lowerBlockedConcat(lowering: Lowering, { inputs, outputs, axis, isConstant }: Concat): boolean {
  const [output] = outputs as [Tensor]
  const image = imageOf(output)
  if (image === undefined || axis !== channelAxis || inputs.some((input) => input.size === 0)) return false
  if (!inputs.some((input) => lowering.isOnlyBlocked(input))) return false
  const storage = blockedStorage(lowering, output)
  const pixels = image.size[0] * image.size[1]
  let begin = 0
  for (const input of inputs) {
    const channels = input.shape[channelAxis] as number
    if (image.batch === 1 && isPlacedWithin(lowering, input, storage, begin, pixels)) {
      begin += channels
      continue
    }
    const copy = lowering.kernels.copyChannels({ ...flat(image), channels, begin, of: image.channels })
    lowering.call(copy, { input: outsideOf(lowering, storage, input), output: storage }, storage, isConstant)
    begin += channels
  }
  return true
}

/**
 * Has what computes `input` write it where the concatenation has it: blocks of channels lie behind one another. Not where
 * it is at home already, or lies at an offset that the device has no buffers at.
 */
function isPlacedWithin(lowering: Lowering, input: Tensor, whole: Storage, channel: number, pixels: number): boolean {
  const own = lowering.blockedIfThere(input)
  const offset = (channel / blockSize) * pixels * blockSize * 4
  if (own === undefined || own.place !== "arena" || whole.place !== "arena" || own.isPlaced) return false
  if (channel % blockSize !== 0 || offset % lowering.alignment !== 0) return false
  own.placeIn(whole, offset)
  return true
}

/**
 * Where a tensor lies in blocks, but not within `whole`, to which it is to be copied: what a kernel reads of memory that it
 * writes by another buffer, OpenCL leaves open.
 */
function outsideOf(lowering: Lowering, whole: Storage, tensor: Tensor): Storage {
  const own = blocked(lowering, tensor)
  if (own.root.storage !== whole) return own
  const image = imageOf(tensor) as Image
  const apart = lowering.storage(tensor, blockedByteLength(image.batch, image.channels, ...image.size))
  const copy = lowering.kernels.copyChannels({ ...flat(image), begin: 0, of: image.channels })
  lowering.call(copy, { input: own, output: apart }, apart, isConstant(tensor))
  return apart
}
