import { type Extensions, extension } from "../native/extension.js"
import type { PlatformHandle } from "../native/handles.js"
import { type OpenCL, opencl } from "../native/opencl.js"
import type { StatusName } from "../native/status.js"

/** One of OpenCL's kinds of object. */
export interface Kind {
  /** The name that toString() shows. */
  readonly className: string
  /** For messages: "a context". */
  readonly words: string
  /** How to get one. */
  readonly from: string
  /** The error for what isn't a living one. */
  readonly invalid: StatusName
  /** The C functions that count references; platforms aren't counted. */
  readonly retain?: keyof OpenCL | keyof Extensions
  readonly release?: keyof OpenCL | keyof Extensions
  /** Of an extension's kind: the platforms whose drivers have made the objects, by their handles, which drivers use again. */
  readonly platforms?: Map<bigint, PlatformHandle>
}

export const platformKind: Kind = {
  className: "CLPlatformId",
  words: "a platform",
  from: "getPlatformIDs",
  invalid: "INVALID_PLATFORM",
}

/** Only sub-devices are counted: for others the driver's functions do nothing. */
export const deviceKind: Kind = {
  className: "CLDeviceId",
  words: "a device",
  from: "getDeviceIDs",
  invalid: "INVALID_DEVICE",
  retain: "clRetainDevice",
  release: "clReleaseDevice",
}

export const contextKind: Kind = {
  className: "CLContext",
  words: "a context",
  from: "createContext",
  invalid: "INVALID_CONTEXT",
  retain: "clRetainContext",
  release: "clReleaseContext",
}

export const programKind: Kind = {
  className: "CLProgram",
  words: "a program",
  from: "createProgramWithSource",
  invalid: "INVALID_PROGRAM",
  retain: "clRetainProgram",
  release: "clReleaseProgram",
}

export const kernelKind: Kind = {
  className: "CLKernel",
  words: "a kernel",
  from: "createKernel",
  invalid: "INVALID_KERNEL",
  retain: "clRetainKernel",
  release: "clReleaseKernel",
}

export const memoryKind: Kind = {
  className: "CLMem",
  words: "a memory object",
  from: "createBuffer or createImage",
  invalid: "INVALID_MEM_OBJECT",
  retain: "clRetainMemObject",
  release: "clReleaseMemObject",
}

export const samplerKind: Kind = {
  className: "CLSampler",
  words: "a sampler",
  from: "createSampler",
  invalid: "INVALID_SAMPLER",
  retain: "clRetainSampler",
  release: "clReleaseSampler",
}

export const commandQueueKind: Kind = {
  className: "CLCommandQueue",
  words: "a command queue",
  from: "createCommandQueue",
  invalid: "INVALID_COMMAND_QUEUE",
  retain: "clRetainCommandQueue",
  release: "clReleaseCommandQueue",
}

export const eventKind: Kind = {
  className: "CLEvent",
  words: "an event",
  from: "an enqueue function or createUserEvent",
  invalid: "INVALID_EVENT",
  retain: "clRetainEvent",
  release: "clReleaseEvent",
}

/** Of cl_khr_command_buffer. */
export const commandBufferKind = {
  className: "CLCommandBuffer",
  words: "a command buffer",
  from: "createCommandBufferKHR",
  invalid: "INVALID_COMMAND_BUFFER_KHR",
  retain: "clRetainCommandBufferKHR",
  release: "clReleaseCommandBufferKHR",
  platforms: new Map<bigint, PlatformHandle>(),
} as const satisfies Kind

type Counting = (handle: bigint) => number

/** Calls the function that counts a reference up or down. Its status. */
export function count(kind: Kind, direction: "retain" | "release", handle: bigint): number {
  const name = kind[direction]
  if (name === undefined) return 0
  const platform = kind.platforms?.get(handle)
  const counting =
    platform === undefined ? opencl()[name as keyof OpenCL] : extension(platform, name as keyof Extensions)
  return (counting as unknown as Counting)(handle)
}
