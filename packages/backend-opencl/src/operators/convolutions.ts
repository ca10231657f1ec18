import { call, type Expression } from "../graph/expression.js"
import { sizeOf } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat } from "../graph/tensor-type.js"
import type { Operator, OperatorCall, OperatorTable } from "./call.js"
import { columnsToImage } from "./columns-to-image.js"
import { deformableConvolution } from "./deformable-convolution.js"
import { widened } from "./small-floats.js"
import { checkCountable, windowOf } from "./window.js"

const convolution: Operator = (node) => convolve(node, node.input(0), node.input(1), node.inputs[2])

/** By the attributes of `node`. @param bias `[M]` */
export function convolve(node: OperatorCall, x: Tensor, weights: Tensor, bias: Tensor | undefined): Tensor {
  const groups = node.int("group", 1)
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const [maps = 1, perGroup = 1, ...kernel] = weights.shape
  if (groups < 1 || perGroup * groups !== channels || maps % groups !== 0 || kernel.length !== spatial.length) {
    throw node.broken("has weights that don't fit its input")
  }
  if (bias !== undefined && bias.size !== maps) throw node.broken("has a bias that doesn't fit its weights")
  const { strides, dilations, pads, sizes } = windowOf(node, spatial, kernel)
  const given = bias === undefined ? [x, weights] : [x, weights, bias]
  return node.builder.convolution(given, [batch, maps, ...sizes], { groups, strides, dilations, pads })
}

/** `[M]` along the second dimension of what has `rank` dimensions. */
export function alongChannels({ builder }: Pick<OperatorCall, "builder">, values: Tensor, rank: number): Tensor {
  return builder.reshape(values, [values.size, ...new Array<number>(Math.max(0, rank - 2)).fill(1)])
}

function withBias(node: OperatorCall, x: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return x
  if (bias.size !== x.shape[1]) throw node.broken("has a bias that doesn't fit its weights")
  return node.builder.elementwise([x, alongChannels(node, bias, x.shape.length)], (a, b) =>
    call("add", a as Expression, b as Expression),
  )
}

/**
 * A product of matrices gives what each place of the input adds to each place of the result, and these are summed. Where
 * windows don't overlap, they are only put in their places.
 */
const convTranspose: Operator = (node) => {
  const { builder, inputs } = node
  const [x, weights] = [node.input(0), node.input(1)]
  const groups = node.int("group", 1)
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const [inputMaps, perGroup = 1, ...window] = weights.shape
  if (groups < 1 || inputMaps !== channels || channels % groups !== 0 || window.length !== spatial.length) {
    throw node.broken("has weights that don't fit its input")
  }
  const { strides, dilations, begins, sizes } = transposedWindow(node, spatial, window)
  const shape = [batch, groups * perGroup, ...sizes]
  const isImage = [1, 2].includes(spatial.length) && x.type === "float32" && weights.type === "float32"
  if (groups === 1 && isImage && x.size > 0 && sizeOf(shape) > 0) {
    const options = { strides, dilations, pads: begins }
    return withBias(node, builder.transposedConvolution([x, weights], shape, options), inputs[2])
  }
  const [taps, pixels] = [sizeOf(window), sizeOf(spatial)]
  const result = widened(node, [x, weights], (wideX, wideWeights) => {
    const columns = builder.matmul(
      builder.transposeMatrices(
        builder.reshape(wideWeights as Tensor, [1, groups, channels / groups, perGroup * taps]),
      ),
      builder.reshape(wideX as Tensor, [batch, groups, channels / groups, pixels]),
    )
    const isTiled = window.every(
      (length, axis) =>
        length === strides[axis] && begins[axis] === 0 && sizes[axis] === length * (spatial[axis] as number),
    )
    if (!isTiled || dilations.some((one) => one !== 1)) {
      return columnsToImage(builder, columns, shape, { window, strides, dilations, pads: begins }, spatial)
    }
    const apart = builder.reshape(columns, [batch, groups * perGroup, ...window, ...spatial])
    const order = window.flatMap((_, axis) => [2 + window.length + axis, 2 + axis])
    return builder.reshape(builder.transpose(apart, [0, 1, ...order]), shape)
  })
  return withBias(node, result, inputs[2])
}

/** The result's sizes, and what is cut off before it in each dimension. */
function transposedWindow(node: OperatorCall, spatial: readonly number[], window: readonly number[]) {
  const all = (value: number) => spatial.map(() => value)
  const strides = node.ints("strides") ?? all(1)
  const dilations = node.ints("dilations") ?? all(1)
  const added = node.ints("output_padding") ?? all(0)
  const pads = node.ints("pads") ?? [...all(0), ...all(0)]
  const mode = node.text("auto_pad", "NOTSET")
  const isSame = mode === "SAME_UPPER" || mode === "SAME_LOWER"
  // Some writers give the batch and the channels, too.
  const asked = node.ints("output_shape")?.slice(-spatial.length)
  const lists = [strides, dilations, added, asked ?? all(0), pads.slice(spatial.length)]
  if (
    lists.some((list) => list.length !== spatial.length) ||
    [...strides, ...dilations, ...window].some((one) => one < 1) ||
    [...added, ...pads].some((one) => one < 0)
  ) {
    throw node.broken("has attributes that don't fit its input")
  }
  const begins: number[] = []
  const sizes = spatial.map((length, axis) => {
    const stride = strides[axis] as number
    const reach = ((window[axis] as number) - 1) * (dilations[axis] as number) + 1
    const whole = (length - 1) * stride + reach + (added[axis] as number)
    const [before, after] = [pads[axis] as number, pads[axis + spatial.length] as number]
    const size = asked?.[axis] ?? (isSame ? length * stride : undefined)
    if (size === undefined) {
      const cut = mode === "VALID" ? 0 : before + after
      begins.push(mode === "VALID" ? 0 : before)
      if (whole < cut) throw node.broken("has pads that are larger than its result")
      return whole - cut
    }
    if (size < 0) throw node.broken("has a negative output shape")
    const cut = Math.max(0, whole - size)
    begins.push(mode === "SAME_UPPER" ? Math.floor(cut / 2) : Math.ceil(cut / 2))
    return size
  })
  checkCountable(
    node,
    [...strides, ...begins, ...sizes],
    window.map((length, axis) => length * (dilations[axis] as number)),
  )
  return { strides, dilations, begins, sizes }
}

const deformConv: Operator = (node) => {
  const { builder, inputs } = node
  const [x, weights, offsets] = [node.input(0), node.input(1), node.input(2)]
  const mask = inputs[4]
  const [batch = 1, channels = 1, ...spatial] = x.shape
  const [maps = 1, perGroup = 1, ...window] = weights.shape
  const groups = node.int("group", 1)
  const offsetGroups = node.int("offset_group", 1)
  if ([x, weights, offsets, mask].some((one) => one !== undefined && !isFloat(one.type)))
    throw node.broken("has inputs of integers")
  if (spatial.length !== 2 || groups < 1 || perGroup * groups !== channels || maps % groups !== 0) {
    throw node.broken("has weights that don't fit its input, or an input that isn't of pictures")
  }
  if (window.length !== 2 || offsetGroups < 1 || channels % offsetGroups !== 0) {
    throw node.broken("has groups of offsets that don't fit its input")
  }
  const { sizes, ...windows } = windowOf(node, spatial, window)
  const taps = sizeOf(window)
  const isShape = ({ shape }: Tensor, count: number) => shape.join() === [batch, count, ...sizes].join()
  if (!isShape(offsets, offsetGroups * taps * 2) || (mask !== undefined && !isShape(mask, offsetGroups * taps))) {
    throw node.broken("has offsets or a mask that don't fit its result")
  }
  const result = widened(node, mask === undefined ? [x, weights, offsets] : [x, weights, offsets, mask], (...wide) =>
    deformableConvolution(builder, wide, [batch, maps, ...sizes], { ...windows, groups, offsetGroups }),
  )
  return withBias(node, result, inputs[3])
}

export const convolutions: OperatorTable = {
  Conv: convolution,
  ConvTranspose: convTranspose,
  DeformConv: deformConv,
}
