import type { RawTensor } from "@strongroom/core/backend"
import { StrongroomError, toTensor } from "@strongroom/core/backend"
import type { Tensor } from "@tensorflow/tfjs-core"
import type { Runtime } from "./runtime.js"

const types = ["float32", "int32", "bool", "string"] as const
type TfType = (typeof types)[number]

/** A tensor in the engine's memory, with a copy of the elements. */
export function toTf(runtime: Runtime, raw: RawTensor): Tensor {
  const foreign = runtime.savedModels?.toTensor(raw)
  if (foreign !== undefined) return foreign
  const { type, shape, data } = toTensor(raw)
  if (raw.type === "string") checkStrings(raw.data)
  const tensor = runtime.tf.tensor(data as Float32Array, [...shape], type as TfType)
  runtime.upload(tensor)
  return tensor
}

/** A tensor's elements, in an array of their own. */
export async function fromTf(runtime: Runtime, tensor: Tensor): Promise<RawTensor> {
  const foreign = runtime.savedModels?.fromTensor(tensor)
  if (foreign !== undefined) return foreign
  const { shape } = tensor
  const type = types.find((name) => name === tensor.dtype)
  if (type === undefined) throw new TypeError(`An output is of type ${tensor.dtype}.`)
  if (type === "string") return { type, shape, data: (await tensor.data<"string">()) as unknown as string[] }
  const { buffer, byteOffset, byteLength } = await tensor.data()
  return { type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
}

/** Strings are held in UTF-8, where halves of pairs would be lost. */
function checkStrings(strings: readonly string[]): void {
  if (!strings.some((text) => /\p{Surrogate}/u.test(text))) return
  throw new StrongroomError("backend-failed", "A string with an unpaired surrogate can't be passed: leave it out.")
}
