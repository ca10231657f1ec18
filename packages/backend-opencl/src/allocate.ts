import { StrongroomError } from "@strongroom/core/backend"
import type { BufferOptions, Context, Device, DeviceBuffer } from "@strongroom/opencl/objects"
import { withCode } from "./failure.js"
import type { Place } from "./place.js"

/** Memory of the device; of one byte for none. @throws StrongroomError `out-of-memory`, with the bytes asked for */
export function allocate(context: Context, byteLength: number, options?: BufferOptions): DeviceBuffer {
  const { largestBuffer } = context.devices[0] as Device
  if (byteLength > largestBuffer) {
    const problem = `A buffer of ${byteLength} bytes was asked for, and the OpenCL device's have at most ${largestBuffer}.`
    throw new StrongroomError("out-of-memory", problem)
  }
  try {
    // OpenCL has no buffers without bytes.
    return context.createBuffer(Math.max(1, byteLength), options)
  } catch (error) {
    throw withCode(error, byteLength)
  }
}

/** The same, zeroed: on a CPU it is memory of this process, and what lay there isn't for kernels that leave out an element. */
export function allocateZeroed({ context, queue }: Place, byteLength: number): DeviceBuffer {
  const buffer = allocate(context, byteLength)
  try {
    buffer.enqueueFill(queue, Uint8Array.of(0))
    return buffer
  } catch (error) {
    buffer.release()
    throw withCode(error, byteLength)
  }
}
