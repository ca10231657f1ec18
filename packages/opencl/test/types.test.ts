/** What TypeScript makes of calls: checked by the compiler, not by running. */
import { expectTypeOf, it } from "vitest"
import * as cl from "../src/index.js"
import type { opencl } from "../src/native/index.js"

declare const device: cl.CLDeviceId
declare const context: cl.CLContext
declare const queue: cl.CLCommandQueue
declare const buffer: cl.CLMem
declare const kernel: cl.CLKernel

it("information has the type of its parameter", () => {
  const ask = () => ({
    text: cl.getDeviceInfo(device, cl.DEVICE_NAME),
    pair: cl.getDeviceInfo(device, cl.DEVICE_GLOBAL_MEM_SIZE),
    flag: cl.getDeviceInfo(device, cl.DEVICE_AVAILABLE),
    sizes: cl.getDeviceInfo(device, cl.DEVICE_MAX_WORK_ITEM_SIZES),
    devices: cl.getContextInfo(context, cl.CONTEXT_DEVICES),
    format: cl.getImageInfo(buffer, cl.IMAGE_FORMAT),
  })
  expectTypeOf(ask).returns.toEqualTypeOf<{
    text: string
    pair: cl.HighLow
    flag: boolean
    sizes: number[]
    devices: cl.CLDeviceId[]
    format: cl.FormatArray
  }>()
  // @ts-expect-error a parameter of another function
  void (() => cl.getDeviceInfo(device, cl.CONTEXT_DEVICES).length)
})

it("a command gives an event to those who ask for one", () => {
  const ask = () => ({
    nothing: cl.enqueueCopyBuffer(queue, buffer, buffer, 0, 8, 8),
    event: cl.enqueueCopyBuffer(queue, buffer, buffer, 0, 8, 8, null, true),
    either: cl.enqueueCopyBuffer(queue, buffer, buffer, 0, 8, 8, null, Math.random() > 0.5),
  })
  expectTypeOf(ask).returns.toEqualTypeOf<{ nothing: 0; event: cl.CLEvent; either: 0 | cl.CLEvent }>()
})

it("objects are of different kinds", () => {
  // @ts-expect-error a buffer is no kernel
  void (() => cl.getKernelInfo(buffer, cl.KERNEL_NUM_ARGS))
  void (() => [cl.setKernelArg(kernel, 0, "uint*", buffer), cl.setKernelArg(kernel, 0, buffer)])
})

it("C's signatures are read out of their text", () => {
  type Functions = ReturnType<typeof opencl>
  type Numbers = number | bigint
  expectTypeOf<Functions["clFlush"]>().returns.toEqualTypeOf<number>()
  expectTypeOf<Parameters<Functions["clSVMAlloc"]>[2]>().toEqualTypeOf<Numbers>()
  expectTypeOf<Parameters<Functions["clSVMAlloc"]>["length"]>().toEqualTypeOf<4>()
  expectTypeOf<ReturnType<Functions["clSVMAlloc"]>>().toEqualTypeOf<bigint | null>()
})
