/** What isn't a living object of the right kind is refused before it reaches the driver. */
import { describe, expect, it } from "vitest"
import * as cl from "../src/index.js"
import { build, device, outcome, thrown } from "./device.js"

const { platform, device: first, context, queue } = device()
const kernel = build(context, "kernel void nothing(global int *x) {}", "nothing")
const buffer = cl.createBuffer(context, 0, 64)
const sampler = cl.createSampler(context, true, cl.ADDRESS_CLAMP, cl.FILTER_NEAREST)
const event = cl.createUserEvent(context)
const program = cl.createProgramWithSource(context, "kernel void nothing() {}")

/** Every function whose first argument is an object, with the others as a program would give them. */
type Call = (object: never) => unknown
const calls: Record<string, { readonly [name: string]: Call }> = {
  INVALID_PLATFORM: {
    getPlatformInfo: (it) => cl.getPlatformInfo(it, cl.PLATFORM_NAME),
    getDeviceIDs: (it) => cl.getDeviceIDs(it),
    unloadPlatformCompiler: (it) => cl.unloadPlatformCompiler(it),
  },
  INVALID_DEVICE: {
    getDeviceInfo: (it) => cl.getDeviceInfo(it, cl.DEVICE_NAME),
    createSubDevices: (it) => cl.createSubDevices(it, [cl.DEVICE_PARTITION_EQUALLY, 1]),
    retainDevice: (it) => cl.retainDevice(it),
    createContext: (it) => cl.createContext(null, [it]),
    createCommandQueue: (it) => cl.createCommandQueue(context, it),
    buildProgram: (it) => cl.buildProgram(program, [it]),
  },
  INVALID_CONTEXT: {
    getContextInfo: (it) => cl.getContextInfo(it, cl.CONTEXT_DEVICES),
    retainContext: (it) => cl.retainContext(it),
    createBuffer: (it) => cl.createBuffer(it, 0, 8),
    createCommandQueue: (it) => cl.createCommandQueue(it, first),
    createProgramWithSource: (it) => cl.createProgramWithSource(it, ""),
    createUserEvent: (it) => cl.createUserEvent(it),
    createSampler: (it) => cl.createSampler(it, true, cl.ADDRESS_CLAMP, cl.FILTER_NEAREST),
    getSupportedImageFormats: (it) => cl.getSupportedImageFormats(it, 0, cl.MEM_OBJECT_IMAGE2D),
    SVMAlloc: (it) => cl.SVMAlloc(it, 0, 8),
    createPipe: (it) => cl.createPipe(it, 0, 8, 8),
  },
  INVALID_PROGRAM: {
    buildProgram: (it) => cl.buildProgram(it),
    createKernel: (it) => cl.createKernel(it, "nothing"),
    getProgramInfo: (it) => cl.getProgramInfo(it, cl.PROGRAM_BINARIES),
    linkProgram: (it) => cl.linkProgram(context, null, null, [it]),
  },
  INVALID_KERNEL: {
    setKernelArg: (it) => cl.setKernelArg(it, 0, buffer),
    getKernelInfo: (it) => cl.getKernelInfo(it, cl.KERNEL_NUM_ARGS),
    enqueueNDRangeKernel: (it) => cl.enqueueNDRangeKernel(queue, it, 1, null, [1]),
    enqueueTask: (it) => cl.enqueueTask(queue, it),
  },
  INVALID_MEM_OBJECT: {
    getMemObjectInfo: (it) => cl.getMemObjectInfo(it, cl.MEM_SIZE),
    createSubBuffer: (it) => cl.createSubBuffer(it, 0, cl.BUFFER_CREATE_TYPE_REGION, { origin: 0, size: 8 }),
    setKernelArg: (it) => cl.setKernelArg(kernel, 0, "int*", it),
    enqueueReadBuffer: (it) => cl.enqueueReadBuffer(queue, it, true, 0, 8, Buffer.alloc(8)),
    enqueueCopyBuffer: (it) => cl.enqueueCopyBuffer(queue, buffer, it, 0, 0, 8),
    enqueueMapBuffer: (it) => cl.enqueueMapBuffer(queue, it, true, cl.MAP_READ, 0, 8),
    enqueueMigrateMemObjects: (it) => cl.enqueueMigrateMemObjects(queue, [it], 0),
  },
  INVALID_SAMPLER: { getSamplerInfo: (it) => cl.getSamplerInfo(it, cl.SAMPLER_FILTER_MODE) },
  INVALID_COMMAND_QUEUE: {
    finish: (it) => cl.finish(it),
    flush: (it) => cl.flush(it),
    getCommandQueueInfo: (it) => cl.getCommandQueueInfo(it, cl.QUEUE_CONTEXT),
    enqueueReadBuffer: (it) => cl.enqueueReadBuffer(it, buffer, true, 0, 8, Buffer.alloc(8)),
    enqueueBarrier: (it) => cl.enqueueBarrier(it),
  },
  INVALID_EVENT: {
    waitForEvents: (it) => cl.waitForEvents([it]),
    getEventInfo: (it) => cl.getEventInfo(it, cl.EVENT_COMMAND_TYPE),
    setUserEventStatus: (it) => cl.setUserEventStatus(it, cl.COMPLETE),
    setEventCallback: (it) => cl.setEventCallback(it, cl.COMPLETE, () => {}),
    enqueueMarkerWithWaitList: (it) => cl.enqueueMarkerWithWaitList(queue, [it]),
  },
}

const released: Record<string, () => unknown> = {
  INVALID_CONTEXT() {
    const other = cl.createContext(null, [first])
    cl.releaseContext(other)
    return other
  },
  INVALID_PROGRAM() {
    const other = cl.createProgramWithSource(context, "kernel void nothing() {}")
    cl.releaseProgram(other)
    return other
  },
  INVALID_KERNEL() {
    const other = build(context, "kernel void nothing() {}", "nothing")
    cl.releaseKernel(other)
    return other
  },
  INVALID_MEM_OBJECT() {
    const other = cl.createBuffer(context, 0, 8)
    cl.releaseMemObject(other)
    return other
  },
  INVALID_SAMPLER() {
    const other = cl.createSampler(context, true, cl.ADDRESS_CLAMP, cl.FILTER_NEAREST)
    cl.releaseSampler(other)
    return other
  },
  INVALID_COMMAND_QUEUE() {
    const other = cl.createCommandQueue(context, first)
    cl.releaseCommandQueue(other)
    return other
  },
  INVALID_EVENT() {
    const other = cl.createUserEvent(context)
    cl.releaseEvent(other)
    return other
  },
}

const kinds: Record<string, unknown> = {
  INVALID_PLATFORM: platform,
  INVALID_DEVICE: first,
  INVALID_CONTEXT: context,
  INVALID_PROGRAM: program,
  INVALID_KERNEL: kernel,
  INVALID_MEM_OBJECT: buffer,
  INVALID_SAMPLER: sampler,
  INVALID_COMMAND_QUEUE: queue,
  INVALID_EVENT: event,
}

for (const [code, functions] of Object.entries(calls))
  describe.each(Object.entries(functions))(`%s (${code})`, (_name, call) => {
    it.each([null, undefined, 0, 12345, 4660n, "text", {}, [], () => {}])("refuses %s", (value) => {
      expect(thrown(() => call(value as never)).code).toBe(code)
    })

    it("refuses objects of every other kind", () => {
      for (const [kind, object] of Object.entries(kinds))
        if (kind !== code) expect(thrown(() => call(object as never)).code).toBe(code)
    })

    it("refuses an imitation with the same fields", () => {
      const imitation = Object.create(Object.getPrototypeOf(kinds[code]))
      expect(thrown(() => call(imitation as never)).code).toBe(code)
    })

    const make = released[code]
    if (make !== undefined)
      it("refuses one that was released", () => {
        const error = thrown(() => call(make() as never))
        expect(error.code).toBe(code)
        expect(error.message).toMatch(/that was released/)
      })
  })

describe("references", () => {
  it("are counted: an object lives until the last goes", () => {
    const other = cl.createBuffer(context, 0, 8)
    cl.retainMemObject(other)
    expect(cl.getMemObjectInfo(other, cl.MEM_REFERENCE_COUNT)).toBe(2)
    cl.releaseMemObject(other)
    expect(cl.getMemObjectInfo(other, cl.MEM_REFERENCE_COUNT)).toBe(1)
    cl.releaseMemObject(other)
    expect(thrown(() => cl.getMemObjectInfo(other, cl.MEM_SIZE)).code).toBe("INVALID_MEM_OBJECT")
  })

  it("that were given back can be given back again: node-opencl takes that", () => {
    const other = cl.createBuffer(context, 0, 8)
    expect([cl.releaseMemObject(other), cl.releaseMemObject(other)]).toEqual([0, 0])
    expect(thrown(() => cl.retainMemObject(other)).code).toBe("INVALID_MEM_OBJECT")
  })

  it("are no business of information: it gives the program's own object", () => {
    expect(cl.getMemObjectInfo(buffer, cl.MEM_CONTEXT)).toBe(context)
    expect(cl.getContextInfo(context, cl.CONTEXT_DEVICES)).toEqual([first])
    const inner = cl.createContext(null, [first])
    const part = cl.createBuffer(inner, 0, 8)
    cl.releaseContext(inner)
    const found = cl.getMemObjectInfo(part, cl.MEM_CONTEXT)
    expect(found).not.toBe(inner)
    expect(found.equals(inner)).toBe(true)
    // The buffer keeps the context. Intel's driver counts it as released all the same.
    expect(String(outcome(() => cl.getContextInfo(found, cl.CONTEXT_NUM_DEVICES)))).toMatch(/^(1|INVALID_CONTEXT)$/)
    cl.releaseMemObject(part)
  })

  it("of no object are an object that no call takes", () => {
    const none = cl.getEventInfo(event, cl.EVENT_COMMAND_QUEUE)
    expect(String(none)).toBe("[object CLCommandQueue@0x0]")
    expect(thrown(() => cl.finish(none)).message).toMatch(/got a null CLCommandQueue/)
  })
})
