import { made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import { opencl } from "../native/opencl.js"
import { type BufferOptions, hostAccess, kernelAccess } from "./buffer-options.js"
import { choice } from "./choice.js"
import type { Context } from "./context.js"
import { DeviceBuffer } from "./device-buffer.js"
import { bytesOf, type HostMemory } from "./host-memory.js"
import { ownedOf } from "./native-object.js"
import { checkInteger } from "./numbers.js"

/** @throws OpenCLError with the bytes that were asked for */
export function newBuffer(context: Context, content: number | HostMemory, options: BufferOptions): DeviceBuffer {
  const parent = ownedOf(context)
  const bytes = typeof content === "number" ? null : bytesOf(content)
  const byteLength = bytes?.length ?? checkInteger(content as number, "A buffer's byteLength", 1)
  const flags =
    choice(kernelAccess, options.access ?? "read-write", "access") |
    choice(hostAccess, options.hostAccess ?? "read-write", "hostAccess") |
    (options.inHostMemory ? CL.MEM_ALLOC_HOST_PTR : 0) |
    (bytes === null ? 0 : CL.MEM_COPY_HOST_PTR)
  const handle = made(
    "clCreateBuffer",
    (status) => opencl().clCreateBuffer(parent.live(), flags, byteLength, bytes, status),
    () => {
      const largest = Math.min(...context.devices.map((device) => device.largestBuffer))
      return `${byteLength} bytes were asked for, and the largest buffer has ${largest}: release others, or split it.`
    },
  )
  return new DeviceBuffer(handle, byteLength, context)
}
