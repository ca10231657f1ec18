// What a consumer relies on in types: each line here is a promise, and a wrong one is marked as an expected error.
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { opencl } from "@strongroom/backend-opencl"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, type ModelToSeal, sealModel } from "@strongroom/core"
import type { Backend, CreateEngine } from "@strongroom/core/backend"
import { fileSource } from "@strongroom/core/node"
import { openVault, type Session, StrongroomError, type Tensor, tensor } from "@strongroom/vault"

export const backends: readonly Backend[] = [onnxruntime(), tfjs(), opencl({ device: "gpu" })]
export const pixels: Tensor<"float32"> = tensor("float32", [1, 2], new Float32Array(2))
export const elements: Float32Array = pixels.data
// @ts-expect-error: int64 elements are bigints
tensor("int64", [1], new Float32Array(1))

export async function read(session: Session): Promise<Tensor | undefined> {
  const { output } = await session.run({ x: pixels })
  return output
}

export function codeOf(error: unknown): string | undefined {
  return StrongroomError.is(error) ? error.code : undefined
}

export const functions = { openVault, sealModel, bytesSource, fileSource }
export type Contract = { model: ModelToSeal; engine: CreateEngine }
