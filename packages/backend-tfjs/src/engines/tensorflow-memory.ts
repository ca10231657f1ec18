import type { BackendValues, Tensor } from "@tensorflow/tfjs-core"
import type { TensorflowBackend } from "./tfjs-node.js"

/**
 * What TensorFlow wants of memory that isn't its own: EIGEN_MAX_ALIGN_BYTES. TF_NewTensor (tensorflow/c/tf_tensor.cc) uses
 * such an array as it is, for as long as the tensor lives, and copies any other.
 */
const alignment = 64

/** Smaller arrays are copied: the host's memory comes in pages. */
const leastInPlace = 2 ** 16

/** Uses the elements of a new tensor where they are. False, and nothing done, where TensorFlow would copy them. */
export function leaveInPlace(backend: TensorflowBackend, tensor: Tensor, address: bigint): boolean {
  if (address % BigInt(alignment) !== 0n || tensor.size * 4 < leastInPlace) return false
  backend.getInputTensorIds([tensor])
  return true
}

/**
 * Makes TensorFlow copy the elements of a new tensor, by giving them to it where it can't use them: four bytes into an
 * array, which itself begins at a multiple of eight. That array is zeroed again.
 */
export function copyIntoTensorflow(backend: TensorflowBackend, tensor: Tensor): void {
  const data = backend.tensorMap.get(tensor.dataId)
  const copy = isNumeric(data.values) ? beginningOdd(data.values) : undefined
  if (copy !== undefined) data.values = copy
  backend.getInputTensorIds([tensor])
  copy?.fill(0)
}

type Numeric = Float32Array | Int32Array | Uint8Array

/** Texts are arrays of arrays, and TensorFlow copies those anyway. */
function isNumeric(values: BackendValues | null): values is Numeric {
  return ArrayBuffer.isView(values)
}

/** A copy that TensorFlow can't use as it is. */
export function beginningOdd<T extends Numeric>(values: T): T {
  const buffer = new ArrayBuffer(4 + values.byteLength)
  const copy = new (values.constructor as Float32ArrayConstructor)(buffer, 4)
  copy.set(values)
  return copy as Numeric as T
}
