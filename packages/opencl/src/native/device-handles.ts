import { check } from "./check.js"
import type { DeviceHandle, PlatformHandle } from "./handles.js"
import { opencl } from "./opencl.js"
import { exclusively } from "./process-lock.js"
import { statuses } from "./status.js"

/**
 * The devices of a platform; none where it has none of the type. To be asked before anything else is asked of a driver:
 * it starts PoCL (3.1), which a second thread would meanwhile find without devices, or with half of one.
 *
 * @param call what asks, for the message
 * @throws OpenCLError where the driver answers with another error than that there is none
 */
export function deviceHandles(platform: PlatformHandle, type: number, call = "clGetDeviceIDs"): DeviceHandle[] {
  return exclusively(() => {
    const count = new Uint32Array(1)
    const cl = opencl()
    const status = cl.clGetDeviceIDs(platform, type, 0, null, count)
    if (status === statuses.DEVICE_NOT_FOUND.code) return []
    check(status, call)
    if (count[0] === 0) return []
    const handles = new BigUint64Array(count[0] as number)
    check(cl.clGetDeviceIDs(platform, type, handles.length, handles, null), call)
    return Array.from(handles) as DeviceHandle[]
  })
}
