import type { ElementType, RawTensor } from "@strongroom/core/backend"
import { toTensor } from "@strongroom/core/host"
import type { Tensor } from "onnxruntime-node"

/**
 * A tensor as onnxruntime-node's binding reads it, over the same bytes: an object with these four members. Its class
 * `Tensor` isn't used for inputs, because from Node 24 on it turns float16 into a `Float16Array`, of which the binding
 * (1.30) sees no bytes.
 */
export function toRuntime(raw: RawTensor): Tensor {
  const { type, shape: dims, data } = toTensor(raw)
  return { type, dims, data, location: "cpu" } as unknown as Tensor
}

/** An output's bytes, which the binding has copied out of ONNX Runtime: fresh from every run. */
export function fromRuntime({ type, dims: shape, data }: Tensor): RawTensor {
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return { type: type as ElementType, shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
}
