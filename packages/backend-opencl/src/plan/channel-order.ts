import { fromNumbers } from "../graph/elements.js"
import { contiguousStrides, sizeOf } from "../graph/shape.js"
import { makeTensor, type Tensor } from "../graph/tensor.js"
import type { Lowering } from "./lowering.js"

/** An image whose channels are those of another, in some order. */
export interface ChannelOrder {
  readonly from: Tensor
  /** int32: which channel of `from` each is. */
  readonly channels: Tensor
}

/** Each is looked at here, on the host. */
const mostChannels = 2 ** 16

/**
 * What views make of an image that lies in blocks, if they do no more than to choose and order its channels: a shuffle, a
 * slice, half of a split. Of a batch of one.
 */
export function channelOrder(lowering: Lowering, tensor: Tensor): ChannelOrder | undefined {
  const [, channels = 1, ...sizes] = tensor.shape
  if (tensor.origin.kind !== "operation" || tensor.origin.operation.kind !== "view") return undefined
  if (channels > mostChannels) return undefined
  const pixels = sizeOf(sizes)
  let from = tensor
  /** For each channel, where its first and its last pixel are in `from`. */
  let places = Array.from({ length: channels * 2 }, (_, index) => (index >> 1) * pixels + (index % 2) * (pixels - 1))
  while (from.origin.kind === "operation" && from.origin.operation.kind === "view" && !lowering.isThere(from)) {
    const { inputs, offset, strides } = from.origin.operation
    const contiguous = contiguousStrides(from.shape)
    const { shape } = from
    places = places.map((place) => {
      const along = (axis: number) => Math.floor(place / (contiguous[axis] as number)) % (shape[axis] as number)
      return strides.reduce((sum, stride, axis) => sum + along(axis) * stride, offset)
    })
    from = inputs[0] as Tensor
  }
  if (from === tensor || lowering.blockedIfThere(from) === undefined || from.shape[0] !== 1) return undefined
  const isSame =
    from.shape.length === tensor.shape.length && sizes.every((length, axis) => length === from.shape[axis + 2])
  if (!isSame) return undefined
  const order: number[] = []
  for (let channel = 0; channel < channels; channel += 1) {
    const [first, last] = [places[channel * 2] as number, places[channel * 2 + 1] as number]
    if (first % pixels !== 0 || last !== first + pixels - 1) return undefined
    order.push(first / pixels)
  }
  return { from, channels: makeTensor("int32", [channels], { kind: "elements" }, fromNumbers("int32", order)) }
}
