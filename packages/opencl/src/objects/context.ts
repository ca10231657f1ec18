import { made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import type { ContextHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { BufferOptions } from "./buffer-options.js"
import { CommandBuffer } from "./command-buffer.js"
import { Device } from "./device.js"
import type { DeviceBuffer } from "./device-buffer.js"
import type { HostMemory } from "./host-memory.js"
import { type Image, type ImageDescription, newImage } from "./image.js"
import { type ImageFormat, type ImageShape, supportedFormats } from "./image-format.js"
import { describe, handleIn, NativeObject, ownedOf } from "./native-object.js"
import { newBuffer } from "./new-buffer.js"
import { defaultDevice } from "./platform.js"
import { type BuildOptions, createProgram, createProgramSync, type Program } from "./program.js"
import type { ProgramInput } from "./program-input.js"
import { Queue, type QueueOptions } from "./queue.js"
import { Sampler, type SamplerOptions } from "./sampler.js"
import { SharedMemory, type SharedMemoryOptions } from "./shared-memory.js"
import { UserEvent } from "./user-event.js"

/** Devices of one platform, and all that is made for them. Releasing it releases all of that. */
export class Context extends NativeObject<ContextHandle> {
  readonly devices: readonly Device[]

  constructor(devices: readonly Device[]) {
    const handles = new BigUint64Array(devices.map(({ handle }) => handle))
    const platform = devices[0]?.platform as Device["platform"]
    // Which of several drivers: without it, loaders guess.
    const properties = new BigUint64Array([BigInt(CL.CONTEXT_PLATFORM), platform.handle, 0n])
    const handle = made("clCreateContext", (status) =>
      opencl().clCreateContext(properties, handles.length, handles, null, null, status),
    )
    super("context", handle, (context) => opencl().clReleaseContext(context))
    this.devices = devices
  }

  /** @throws TypeError for a device of another context */
  createQueue(options: QueueOptions = {}): Queue {
    return new Queue(this, this.#device(options.device), options)
  }

  /**
   * Records launches that are to be enqueued together, again and again. It goes with the queue.
   *
   * @throws OpenCLError INVALID_OPERATION where the queue's device has no command buffers
   */
  createCommandBuffer(queue: Queue): CommandBuffer {
    handleIn(ownedOf(this), queue, Queue)
    return new CommandBuffer(queue)
  }

  /**
   * Memory of the devices.
   *
   * @param content how many bytes, or the memory whose bytes it starts with; they are copied before this returns
   * @throws OpenCLError with the bytes asked for, when there is no memory
   */
  createBuffer(content: number | HostMemory, options: BufferOptions = {}): DeviceBuffer {
    return newBuffer(this, content, options)
  }

  /** @param content the pixels that it starts with, row by row without gaps; copied before this returns */
  createImage(description: ImageDescription, content?: HostMemory): Image {
    return newImage(this, description, content)
  }

  /** The formats that every device of the context has for images of a shape. */
  imageFormats(shape: ImageShape): readonly ImageFormat[] {
    return supportedFormats(ownedOf(this).live(), shape)
  }

  createSampler(options: SamplerOptions = {}): Sampler {
    return new Sampler(this, options)
  }

  /**
   * Memory that kernels and JavaScript know by the same address.
   *
   * @throws OpenCLError INVALID_OPERATION where the devices have no such memory
   */
  createSharedMemory(byteLength: number, options: SharedMemoryOptions = {}): SharedMemory {
    return new SharedMemory(this, byteLength, options)
  }

  createUserEvent(): UserEvent {
    return new UserEvent(this)
  }

  /**
   * Compiles on another thread.
   *
   * @throws OpenCLError with `buildLog` when it doesn't compile
   */
  createProgram(input: ProgramInput, options: BuildOptions = {}): Promise<Program> {
    return createProgram(this, input, options)
  }

  /** The same, and blocks JavaScript. */
  createProgramSync(input: ProgramInput, options: BuildOptions = {}): Program {
    return createProgramSync(this, input, options)
  }

  #device(device = this.devices[0] as Device): Device {
    if (!(device instanceof Device)) throw new TypeError(`Expected a Device, got ${describe(device)}.`)
    if (this.devices.some(({ handle }) => handle === device.handle)) return device
    throw new TypeError(`"${device.name}" isn't one of the context's devices: take one of context.devices.`)
  }
}

/**
 * @param devices one, or several of one platform; default: the first GPU, or what there is
 * @throws OpenCLError DEVICE_NOT_FOUND when there is no device
 */
export function createContext(devices: Device | readonly Device[] = defaultDevice()): Context {
  const list = Array.isArray(devices) ? (devices as readonly Device[]) : [devices as Device]
  if (list.length === 0) throw new RangeError("A context has at least one device.")
  for (const device of list) {
    if (!(device instanceof Device)) throw new TypeError(`Expected a Device, got ${describe(device)}.`)
    if (device.platform !== list[0]?.platform) throw new TypeError("The devices of a context belong to one platform.")
  }
  return new Context([...list])
}
