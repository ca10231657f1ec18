import { StrongroomError } from "@strongroom/core/backend"
import { OpenCLError } from "@strongroom/opencl/objects"

const noMemory: readonly string[] = ["MEM_OBJECT_ALLOCATION_FAILURE", "OUT_OF_RESOURCES", "OUT_OF_HOST_MEMORY"]

/**
 * `error`, or this project's own where its code says more. The rest keeps its own words, which quote kernels: the host
 * withholds them.
 */
export function withCode(error: unknown, byteLength?: number): unknown {
  if (!OpenCLError.is(error) || !noMemory.includes(error.code)) return error
  const asked = byteLength === undefined ? "" : ` A buffer of ${byteLength} bytes was asked for.`
  return new StrongroomError("out-of-memory", `The OpenCL device has no room (CL_${error.code}).${asked}`)
}

/** What is refused because of what it is, by OpenCL or before it. */
export function isMisfit(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    (OpenCLError.is(error) && error.code.startsWith("INVALID_"))
  )
}
