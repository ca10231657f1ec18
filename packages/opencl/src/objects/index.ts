/**
 * OpenCL as objects: contexts, queues, programs, kernels, memory, events. Loads OpenCL when it is first used, not when it
 * is imported.
 */
export { OpenCLError, type OpenCLErrorCode } from "../native/error.js"
export { useLibrary } from "../native/library.js"
export type { ArgumentValue } from "./argument-value.js"
export { CommandEvent, type CommandStatus, type CommandTimes } from "./command-event.js"
export type { Asked, CommandOptions, EventOptions } from "./command-options.js"
export { Context, createContext } from "./context.js"
export { Device, type DeviceType, type SharedVirtualMemorySupport } from "./device.js"
export {
  type BufferOptions,
  type CopyOptions,
  DeviceBuffer,
  type KernelAccess,
  type RangeOptions,
  type TransferOptions,
} from "./device-buffer.js"
export type { HostMemory } from "./host-memory.js"
export { Image, type ImageDescription } from "./image.js"
export type { ImageFormat, ImageShape } from "./image-format.js"
export type { ImageRegion } from "./image-region.js"
export { Kernel, type LaunchOptions } from "./kernel.js"
export type { KernelArgument } from "./kernel-argument.js"
export type { WorkSize } from "./kernel-launch.js"
export { LocalMemory, local } from "./local-memory.js"
export { type MapAccess, type MapOptions, MappedRegion } from "./mapped-region.js"
export { defaultDevice, devices, Platform, platforms } from "./platform.js"
export { type BuildOptions, Program } from "./program.js"
export type { ProgramInput } from "./program-input.js"
export { Queue, type QueueOptions } from "./queue.js"
export type { Rectangle, RectangleCopy, RectanglePlace, RectangleTransfer } from "./rectangle.js"
export { Sampler, type SamplerOptions } from "./sampler.js"
export { SharedMemory, type SharedMemoryOptions } from "./shared-memory.js"
export { UserEvent } from "./user-event.js"
export type { SubGroups, WorkGroupLimits } from "./work-group.js"
