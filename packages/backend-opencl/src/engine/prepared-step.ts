import type { DeviceBuffer, Kernel } from "@strongroom/opencl/objects"
import { Storage } from "../launch.js"
import type { LoweredStep } from "../plan/lowering.js"

/** Vectors of 64 bytes are read whole, also where the last has fewer elements. */
export const slack = 64

/** What is allocated for so many bytes. */
export const padded = (byteLength: number): number => Math.ceil(byteLength / slack) * slack + slack

/** What a step reads and writes, each once. */
export function storagesOf({ arguments: values }: LoweredStep): readonly Storage[] {
  return [...new Set(values)].filter((value): value is Storage => value instanceof Storage)
}

/** A step's kernel with its arguments. */
export function prepared(kernel: Kernel, step: LoweredStep, buffers: ReadonlyMap<Storage, DeviceBuffer>): Kernel {
  const values = step.arguments.map((value) =>
    value instanceof Storage ? (buffers.get(value) as DeviceBuffer) : Int32Array.of(value),
  )
  return kernel.setArguments(...values)
}
