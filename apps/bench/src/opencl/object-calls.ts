import { createContext, devices } from "@strongroom/opencl/objects"
import { type Calls, pages, queued, smallBytes, source, transferBytes } from "./calls.js"

/** By the object layer. */
export function objectCalls(): Calls {
  const [device] = devices()
  if (device === undefined) throw new Error("There is no OpenCL device.")
  const context = createContext(device)
  const queue = context.createQueue()
  const kernel = context.createProgramSync(source).createKernel("empty")
  const buffer = context.createBuffer(transferBytes)
  const host = pages()
  const small = host.subarray(0, smallBytes)
  let value = 0
  return {
    device: `${device.name}, ${device.version}`,
    launch() {
      value += 1
      kernel.setArgument(0, value).enqueue(queue, 1)
      queue.finishSync()
    },
    write() {
      buffer.writeSync(queue, host)
    },
    read() {
      buffer.readSync(queue, host)
    },
    fillQueue() {
      const gate = context.createUserEvent()
      kernel.setArgument(0, 1).enqueue(queue, 1, { after: gate })
      for (let i = 1; i < queued; i++) kernel.enqueue(queue, 1)
      queue.flush()
      gate.complete()
      queue.finishSync()
      gate.release()
    },
    mix() {
      kernel.setArgument(0, 1).enqueue(queue, 1)
      const event = kernel.enqueue(queue, 1, { event: true })
      event.waitSync()
      event.release()
      buffer.writeSync(queue, small)
      buffer.readSync(queue, small)
      queue.finishSync()
    },
  }
}
