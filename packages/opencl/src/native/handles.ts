declare const kind: unique symbol

/** The address that the driver knows an object by. Comparable with ===; nothing says whether the object still lives. */
export type Handle<Kind extends string> = bigint & { readonly [kind]: Kind }

export interface Handles {
  cl_platform_id: Handle<"platform">
  cl_device_id: Handle<"device">
  cl_context: Handle<"context">
  cl_command_queue: Handle<"command queue">
  cl_mem: Handle<"memory object">
  cl_sampler: Handle<"sampler">
  cl_program: Handle<"program">
  cl_kernel: Handle<"kernel">
  cl_event: Handle<"event">
  cl_command_buffer_khr: Handle<"command buffer">
}

export type PlatformHandle = Handles["cl_platform_id"]
export type DeviceHandle = Handles["cl_device_id"]
export type ContextHandle = Handles["cl_context"]
export type CommandQueueHandle = Handles["cl_command_queue"]
export type MemoryHandle = Handles["cl_mem"]
export type SamplerHandle = Handles["cl_sampler"]
export type ProgramHandle = Handles["cl_program"]
export type KernelHandle = Handles["cl_kernel"]
export type EventHandle = Handles["cl_event"]
export type CommandBufferHandle = Handles["cl_command_buffer_khr"]
