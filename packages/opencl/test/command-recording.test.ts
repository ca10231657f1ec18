/** cl_khr_command_buffer, where the driver has it: PoCL does. */
import { describe, expect, it } from "vitest"
import * as cl from "../src/index.js"
import { build, device, thrown } from "./device.js"

const { device: first, context, queue } = device()
const isThere = cl.getDeviceInfo(first, cl.DEVICE_EXTENSIONS).split(" ").includes("cl_khr_command_buffer")
const source = "kernel void scale(global int *values, const int by) { values[get_global_id(0)] *= by; }"

/** Values times 2, then times 3, as one command buffer. */
function recorded(onto = queue) {
  const buffer = cl.createBuffer(context, cl.MEM_COPY_HOST_PTR, 8, Int32Array.of(1, 10))
  const commands = cl.createCommandBufferKHR(onto, [
    cl.COMMAND_BUFFER_FLAGS_KHR,
    cl.COMMAND_BUFFER_SIMULTANEOUS_USE_KHR,
  ])
  const points: number[] = []
  for (const by of [2, 3]) {
    const kernel = build(context, source, "scale")
    cl.setKernelArg(kernel, 0, "int*", buffer)
    cl.setKernelArg(kernel, 1, "int", by)
    points.push(cl.commandNDRangeKernelKHR(commands, kernel, 1, null, [2], null, points))
  }
  const values = () => {
    const into = new Int32Array(2)
    cl.enqueueReadBuffer(onto, buffer, true, 0, 8, into)
    return [...into]
  }
  return { buffer, commands, values }
}

describe.skipIf(!isThere)("a command buffer", () => {
  it("runs what is recorded, as often as it is enqueued", () => {
    const { commands, values } = recorded()
    cl.finalizeCommandBufferKHR(commands)
    cl.enqueueCommandBufferKHR(commands)
    expect(values()).toEqual([6, 60])
    cl.enqueueCommandBufferKHR(commands)
    cl.enqueueCommandBufferKHR(commands)
    expect(values()).toEqual([216, 2160])
  })

  it("waits for events, and gives one", () => {
    const { commands, values } = recorded()
    cl.finalizeCommandBufferKHR(commands)
    const gate = cl.createUserEvent(context)
    const done = cl.enqueueCommandBufferKHR(commands, [gate], true)
    expect(cl.getEventInfo(done, cl.EVENT_COMMAND_EXECUTION_STATUS)).not.toBe(cl.COMPLETE)
    cl.setUserEventStatus(gate, cl.COMPLETE)
    cl.waitForEvents([done])
    expect(values()).toEqual([6, 60])
  })

  it("takes nothing more once it is final, and isn't enqueued before", () => {
    const { commands, buffer } = recorded()
    expect(thrown(() => cl.enqueueCommandBufferKHR(commands)).code).toBe("INVALID_OPERATION")
    cl.finalizeCommandBufferKHR(commands)
    const kernel = build(context, source, "scale")
    cl.setKernelArg(kernel, 0, "int*", buffer)
    cl.setKernelArg(kernel, 1, "int", 5)
    expect(thrown(() => cl.commandNDRangeKernelKHR(commands, kernel, 1, null, [2])).code).toBe("INVALID_OPERATION")
  })

  it("isn't enqueued where an argument was released", () => {
    const { commands, buffer } = recorded()
    cl.finalizeCommandBufferKHR(commands)
    cl.releaseMemObject(buffer)
    expect(thrown(() => cl.enqueueCommandBufferKHR(commands)).code).toBe("INVALID_KERNEL_ARGS")
  })

  it("is refused where it isn't one, or was released", () => {
    const { commands } = recorded()
    cl.retainCommandBufferKHR(commands)
    cl.releaseCommandBufferKHR(commands)
    cl.finalizeCommandBufferKHR(commands)
    cl.releaseCommandBufferKHR(commands)
    for (const other of [commands, queue, null, 7]) {
      expect(thrown(() => cl.enqueueCommandBufferKHR(other as cl.CLCommandBuffer)).code).toBe(
        "INVALID_COMMAND_BUFFER_KHR",
      )
    }
    expect(thrown(() => cl.createCommandBufferKHR(queue, [7, 1])).code).toBe("INVALID_VALUE")
  })
})

it.skipIf(isThere)("a driver without command buffers says so", () => {
  expect(thrown(() => cl.createCommandBufferKHR(queue)).code).toBe("FUNCTION_NOT_FOUND")
})
