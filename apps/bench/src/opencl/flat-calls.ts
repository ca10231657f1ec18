import * as cl from "@strongroom/opencl"
import { type Calls, pages, queued, smallBytes, source, transferBytes } from "./calls.js"

/** By node-opencl's names. */
export function flatCalls(): Calls {
  const [platform] = cl.getPlatformIDs()
  const [device] = cl.getDeviceIDs(platform as cl.CLPlatformId)
  if (platform === undefined || device === undefined) throw new Error("There is no OpenCL device.")
  const context = cl.createContext([cl.CONTEXT_PLATFORM, platform], [device])
  const queue = cl.createCommandQueue(context, device)
  const program = cl.createProgramWithSource(context, source)
  cl.buildProgram(program)
  const kernel = cl.createKernel(program, "empty")
  const buffer = cl.createBuffer(context, cl.MEM_READ_WRITE, transferBytes)
  const host = pages()
  const small = host.subarray(0, smallBytes)
  const size = [1]
  const about = (name: number) => String(cl.getDeviceInfo(device, name))
  let value = 0
  return {
    device: `${about(cl.DEVICE_NAME)}, ${about(cl.DEVICE_VERSION)}`,
    launch() {
      value += 1
      cl.setKernelArg(kernel, 0, "int", value)
      cl.enqueueNDRangeKernel(queue, kernel, 1, null, size)
      cl.finish(queue)
    },
    write() {
      cl.enqueueWriteBuffer(queue, buffer, true, 0, transferBytes, host)
    },
    read() {
      cl.enqueueReadBuffer(queue, buffer, true, 0, transferBytes, host)
    },
    fillQueue() {
      cl.setKernelArg(kernel, 0, "int", 1)
      const gate = cl.createUserEvent(context)
      cl.enqueueNDRangeKernel(queue, kernel, 1, null, size, null, [gate])
      for (let i = 1; i < queued; i++) cl.enqueueNDRangeKernel(queue, kernel, 1, null, size)
      cl.flush(queue)
      cl.setUserEventStatus(gate, cl.COMPLETE)
      cl.finish(queue)
      cl.releaseEvent(gate)
    },
    mix() {
      cl.setKernelArg(kernel, 0, "int", 1)
      cl.enqueueNDRangeKernel(queue, kernel, 1, null, size)
      const event = cl.enqueueNDRangeKernel(queue, kernel, 1, null, size, null, null, true)
      cl.waitForEvents([event])
      cl.releaseEvent(event)
      cl.enqueueWriteBuffer(queue, buffer, true, 0, smallBytes, small)
      cl.enqueueReadBuffer(queue, buffer, true, 0, smallBytes, small)
      cl.finish(queue)
    },
  }
}
