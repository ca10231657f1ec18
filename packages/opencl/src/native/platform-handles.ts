import { check } from "./check.js"
import type { PlatformHandle } from "./handles.js"
import { opencl } from "./opencl.js"
import { statuses } from "./status.js"

/**
 * The platforms of this machine, in the loader's order; none where no driver has one.
 *
 * @param call what asks, for the message
 * @throws OpenCLError where OpenCL answers with another error than that there is none
 */
export function platformHandles(call = "clGetPlatformIDs"): PlatformHandle[] {
  const count = new Uint32Array(1)
  const cl = opencl()
  const status = cl.clGetPlatformIDs(0, null, count)
  if (status === statuses.PLATFORM_NOT_FOUND_KHR.code) return []
  check(status, call)
  if (count[0] === 0) return []
  const handles = new BigUint64Array(count[0] as number)
  check(cl.clGetPlatformIDs(handles.length, handles, null), call)
  return Array.from(handles) as PlatformHandle[]
}
