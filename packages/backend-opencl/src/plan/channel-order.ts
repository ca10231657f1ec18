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
  /** For each channel, where its first pixel is in `from`. */
  let places = Array.from({ length: channels }, (_, channel) => channel * pixels)
  while (from.origin.kind === "operation" && from.origin.operation.kind === "view" && !lowering.isThere(from)) {
    const { inputs, offset, strides } = from.origin.operation
    if (!keepsPixels(from.shape, sizes, offset, strides)) return undefined
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
  const order = places.map((place) => place / pixels)
  return { from, channels: makeTensor("int32", [channels], { kind: "elements" }, fromNumbers("int32", order)) }
}

/** Whether a view moves whole images of `sizes`: their pixels stay in their places. */
function keepsPixels(
  shape: readonly number[],
  sizes: readonly number[],
  offset: number,
  strides: readonly number[],
): boolean {
  const inner = contiguousStrides(sizes)
  const outer = shape.length - sizes.length
  const pixels = sizeOf(sizes)
  if (outer < 0 || offset % pixels !== 0) return false
  return shape.every((length, axis) => {
    if (axis >= outer && length !== sizes[axis - outer]) return false
    const stride = strides[axis] as number
    return length === 1 || (axis < outer ? stride % pixels === 0 : stride === inner[axis - outer])
  })
}
