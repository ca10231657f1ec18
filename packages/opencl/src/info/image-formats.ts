import { check } from "../native/check.js"
import type { ContextHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { ImageFormat } from "./kinds.js"

/**
 * The formats that images of a context can have.
 *
 * @param flags cl_mem_flags
 * @param type cl_mem_object_type
 * @param call what asks, for the message
 * @throws OpenCLError with the status of clGetSupportedImageFormats
 */
export function supportedImageFormats(
  context: ContextHandle,
  flags: number,
  type: number,
  call = "clGetSupportedImageFormats",
): ImageFormat[] {
  const cl = opencl()
  const count = new Uint32Array(1)
  check(cl.clGetSupportedImageFormats(context, flags, type, 0, null, count), call)
  const length = count[0] as number
  // Memory for none is an invalid value to some drivers.
  if (length === 0) return []
  const structs = new Uint32Array(2 * length)
  check(cl.clGetSupportedImageFormats(context, flags, type, length, structs, null), call)
  return Array.from({ length }, (_, index) => ({
    channelOrder: structs[2 * index] as number,
    channelType: structs[2 * index + 1] as number,
  }))
}
