import { StrongroomError } from "@strongroom/core/backend"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"

type TensorFlow = Runtime["tf"]
type Shape4 = [number, number, number, number]
type Shape5 = [number, number, number, number, number]

/** What a kernel is called with. */
interface Call {
  readonly tf: TensorFlow
  readonly backend: BackendWasm
  readonly inputs: NamedTensorInfoMap
  readonly attrs: NamedAttrMap
}

/**
 * Kernels that go where indices, pads or a shape say, without a look at whether that is within their tensors (4.22), and what
 * must hold of a call. WebAssembly's memory is one: beside a tensor lie weights and others' inputs.
 */
const mustHold: Readonly<Record<string, (call: Call) => boolean>> = {
  GatherNd: ({ backend, inputs: { params, indices } }) =>
    areWithin(backend, indices, indices?.shape.at(-1), params?.shape),
  ScatterNd: ({ backend, inputs: { indices }, attrs: { shape } }) =>
    areWithin(backend, indices, depthOf(indices), shape as number[]),
  TensorScatterUpdate: ({ backend, inputs: { tensor, indices } }) =>
    areWithin(backend, indices, depthOf(indices), tensor?.shape),
  SparseToDense: ({ backend, inputs: { sparseIndices }, attrs: { outputShape } }) =>
    areWithin(backend, sparseIndices, depthOf(sparseIndices), outputShape as number[]),
  Conv2D: (call) => isConvolved(call, false),
  FusedConv2D: (call) => isConvolved(call, false),
  DepthwiseConv2dNative: (call) => isConvolved(call, true),
  FusedDepthwiseConv2D: (call) => isConvolved(call, true),
  MaxPool: isPooled,
  AvgPool: isPooled,
  Cumsum: isAxis,
  Cumprod: isAxis,
  PadV2: areAdded,
  SpaceToBatchND: areAdded,
  Transpose: ({ inputs: { x }, attrs: { perm } }) =>
    (perm as number[]).toSorted((a, b) => a - b).join() === [...(x as TensorInfo).shape.keys()].join(),
  // What is given must be what a convolution makes of the shape that is asked for.
  Conv2DBackpropInput({ tf, inputs: { dy, filter }, attrs }) {
    const { inputShape, strides, pad, dimRoundingMode, dataFormat } = attrs as unknown as Transposed<Shape4>
    const { computeConv2DInfo, convertConv2DDataFormat } = tf.backend_util
    const format = convertConv2DDataFormat(dataFormat as "NHWC" | "NCHW")
    const window = (filter as TensorInfo).shape as Shape4
    const { outShape } = computeConv2DInfo(
      inputShape,
      window,
      strides as number,
      1,
      pad,
      dimRoundingMode,
      false,
      format,
    )
    return outShape.join() === dy?.shape.join()
  },
  Conv3DBackpropInputV2({ tf, inputs: { dy, filter }, attrs }) {
    const { inputShape, strides, pad } = attrs as unknown as Transposed<Shape5>
    const window = (filter as TensorInfo).shape as Shape5
    const { outShape } = tf.backend_util.computeConv3DInfo(inputShape, window, strides as number, 1, pad as "valid")
    return outShape.join() === dy?.shape.join()
  },
}

interface Transposed<Shape> {
  readonly inputShape: Shape
  readonly strides: unknown
  readonly pad: "valid" | "same"
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
  readonly dataFormat: string
}

/** Of these it depends on what is in their tensors. */
const lookInside: readonly string[] = ["GatherNd", "ScatterNd", "TensorScatterUpdate", "SparseToDense"]

/** These take an axis that is counted from the end for one that there isn't, and write over everything around. */
const fromEnd: readonly string[] = ["Cumsum", "Cumprod"]

/** An axis counted from the start, as these kernels know it. */
function mended(kernelName: string, { x }: NamedTensorInfoMap, attrs: NamedAttrMap): NamedAttrMap {
  const axis = attrs.axis as number
  return fromEnd.includes(kernelName) && axis < 0 ? { ...attrs, axis: axis + (x as TensorInfo).shape.length } : attrs
}

function isAxis({ inputs: { x }, attrs: { axis } }: Call): boolean {
  return (x as TensorInfo).shape[axis as number] !== undefined
}

interface Windows {
  readonly strides: [number, number]
  readonly dilations: [number, number]
  readonly pad: "valid" | "same"
  readonly dimRoundingMode?: "floor" | "round" | "ceil"
  readonly dataFormat: "NHWC" | "NCHW"
  readonly filterSize: [number, number]
}

/** Of a picture that is one smaller than the window the result has no elements, and one is written all the same. */
function isConvolved({ tf, inputs: { x, filter }, attrs }: Call, isDepthwise: boolean): boolean {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attrs as unknown as Windows
  const { computeConv2DInfo, convertConv2DDataFormat } = tf.backend_util
  const [picture, window] = [x, filter].map((each) => (each as TensorInfo).shape) as [Shape4, Shape4]
  const format = convertConv2DDataFormat(dataFormat ?? "NHWC")
  const { outHeight, outWidth } = computeConv2DInfo(
    ...([picture, window, strides, dilations ?? 1, pad, dimRoundingMode, isDepthwise, format] as const),
  )
  return outHeight > 0 && outWidth > 0
}

function isPooled({ tf, inputs: { x }, attrs }: Call): boolean {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Windows
  const picture = (x as TensorInfo).shape as Shape4
  const { outHeight, outWidth } = tf.backend_util.computePool2DInfo(
    ...([picture, filterSize, strides, 1, pad, dimRoundingMode] as const),
  )
  return outHeight > 0 && outWidth > 0
}

function areAdded({ attrs: { paddings } }: Call): boolean {
  return (paddings as number[][]).flat().every((length) => length >= 0)
}

/** How many indices make a tuple. */
const depthOf = (indices: TensorInfo | undefined) => (indices && indices.shape.length > 1 ? indices.shape.at(-1) : 1)

function areWithin(
  backend: BackendWasm,
  indices: TensorInfo | undefined,
  depth: number | undefined,
  shape: readonly number[] | undefined,
): boolean {
  if (indices?.dtype !== "int32" || depth === undefined || shape === undefined) return false
  const values = backend.typedArrayFromHeap(indices)
  for (let at = 0; at < values.length; at++) {
    const index = values[at] as number
    if (!(index >= 0 && index < (shape[at % depth] as number))) return false
  }
  return true
}

const checked = new WeakSet<object>()

/** Kernels by themselves, by what has been put in their place. */
const unchecked = new WeakMap<KernelFunc, KernelFunc>()

/** A kernel for calls that differ from one that was checked in nothing but what is in their tensors. */
export function afterChecks(kernel: KernelFunc): KernelFunc {
  return unchecked.get(kernel) ?? kernel
}

/**
 * Has these kernels throw, in place of what they would read or write beside their tensors: as TensorFlow itself does.
 * `backend-failed`.
 */
export function keepWithinTensors(tf: TensorFlow): void {
  for (const [kernelName, holds] of Object.entries(mustHold)) {
    const kernel = tf.getKernel(kernelName, "wasm")
    if (kernel === undefined || checked.has(kernel)) continue
    const within: typeof kernel = {
      ...kernel,
      kernelFunc(given) {
        const { inputs, backend } = given
        const attrs = mended(kernelName, inputs, given.attrs ?? {})
        if (holds({ tf, inputs, attrs, backend: backend as BackendWasm })) return kernel.kernelFunc({ ...given, attrs })
        throw new StrongroomError(
          "backend-failed",
          `The model's ${kernelName} asks for elements outside of a tensor: an index, a size or an order that can't be.`,
        )
      },
    }
    tf.unregisterKernel(kernelName, "wasm")
    tf.registerKernel(within)
    checked.add(within)
    if (![...lookInside, ...fromEnd].includes(kernelName)) unchecked.set(within.kernelFunc, kernel.kernelFunc)
  }
}
