/**
 * cl_khr_command_buffer: launches that are recorded once, and enqueued together. Provisional; PoCL 3.1 has version 0.9.0.
 * Not in node-opencl.
 */
import { readInfo } from "../info/index.js"
import {
  type CommandQueueHandle,
  check,
  constants,
  extension,
  made,
  opencl,
  type PlatformHandle,
  refusal,
} from "../native/index.js"
import { list, type Optional, type WaitList, wholeNumber } from "./arguments.js"
import { command, type Outcome } from "./command.js"
import { launchSizes } from "./command-kernel.js"
import { expectLivingArguments } from "./kernel-argument.js"
import { commandBufferKind } from "./kinds.js"
import {
  type CLCommandBuffer,
  type CLCommandQueue,
  type CLKernel,
  commandBufferOf,
  describe,
  kernelOf,
  own,
  queueOf,
  release,
  retain,
} from "./objects.js"
import { propertyList } from "./properties.js"

/**
 * @param queue where it will run
 * @param properties names and numbers in turn: COMMAND_BUFFER_FLAGS_KHR and COMMAND_BUFFER_SIMULTANEOUS_USE_KHR
 * @throws OpenCLError FUNCTION_NOT_FOUND where the driver hasn't got the extension
 */
export function createCommandBufferKHR(
  queue: CLCommandQueue,
  properties?: Optional<readonly number[]>,
): CLCommandBuffer {
  const call = "createCommandBufferKHR"
  const on = queueOf(queue, call)
  const given = list(properties, "the properties", call)
  for (let index = 0; index < given.length; index += 2) {
    const name = wholeNumber(given[index], "a property's name", call)
    wholeNumber(given[index + 1], "a property's value", call)
    if (name !== constants.COMMAND_BUFFER_FLAGS_KHR)
      throw refusal("INVALID_VALUE", { call, detail: `expected COMMAND_BUFFER_FLAGS_KHR, got ${describe(name)}.` })
  }
  const wanted = propertyList(given, call)
  const platform = platformOfQueue(on, call)
  const create = extension(platform, "clCreateCommandBufferKHR")
  const handle = made(call, (errcode) => create(1, BigUint64Array.of(on), wanted, errcode))
  commandBufferKind.platforms.set(handle, platform)
  return own<CLCommandBuffer>(commandBufferKind, handle)
}

function platformOfQueue(queue: CommandQueueHandle, call: string): PlatformHandle {
  const device = readInfo("device", call, (...room) =>
    opencl().clGetCommandQueueInfo(queue, constants.QUEUE_DEVICE, ...room),
  )
  const platform = readInfo("platform", call, (...room) =>
    opencl().clGetDeviceInfo(device, constants.DEVICE_PLATFORM, ...room),
  )
  return platform as PlatformHandle
}

export function retainCommandBufferKHR(commands: CLCommandBuffer): number {
  retain(commandBufferKind, commands, "retainCommandBufferKHR")
  return 0
}

export function releaseCommandBufferKHR(commands: CLCommandBuffer): number {
  release(commandBufferKind, commands, "releaseCommandBufferKHR")
  return 0
}

/**
 * Records a launch, as enqueueNDRangeKernel takes it, but for queue and events. In a queue that isn't ordered it waits for
 * the sync points in `wait`.
 *
 * The kernel's arguments are those that it has now: leave them so, since PoCL 3.1 passes on what they are when the command
 * buffer is enqueued.
 *
 * @returns the launch's sync point
 */
export function commandNDRangeKernelKHR(
  commands: CLCommandBuffer,
  kernel: CLKernel,
  dimensions: number,
  offset: Optional<readonly number[]>,
  globalSize: readonly number[],
  localSize?: Optional<readonly number[]>,
  wait?: Optional<readonly number[]>,
): number {
  const call = "commandNDRangeKernelKHR"
  const [into, of] = [commandBufferOf(commands, call), kernelOf(kernel, call)]
  const [start, global, local] = launchSizes(dimensions, offset, globalSize, localSize, call)
  expectLivingArguments(kernel, call)
  const before = list(wait, "the sync points", call).map((point) => wholeNumber(point, "a sync point", call))
  const waitList = before.length === 0 ? null : Uint32Array.from(before)
  const syncPoint = new Uint32Array(1)
  const record = extension(platformOf(into), "clCommandNDRangeKernelKHR")
  check(record(into, null, null, of, dimensions, start, global, local, before.length, waitList, syncPoint, null), call)
  commands.kernels.push(kernel)
  return syncPoint[0] as number
}

/** Ends the recording: from now on it can be enqueued. */
export function finalizeCommandBufferKHR(commands: CLCommandBuffer): number {
  const call = "finalizeCommandBufferKHR"
  const handle = commandBufferOf(commands, call)
  check(extension(platformOf(handle), "clFinalizeCommandBufferKHR")(handle), call)
  return 0
}

/** Enqueues what is recorded, in the queue that it was made for. */
export function enqueueCommandBufferKHR<Wants extends Optional<boolean> = undefined>(
  commands: CLCommandBuffer,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueCommandBufferKHR"
  const handle = commandBufferOf(commands, call)
  for (const kernel of commands.kernels) expectLivingArguments(kernel, call)
  const enqueue = extension(platformOf(handle), "clEnqueueCommandBufferKHR")
  return command(call, wait, event, (waitCount, waitList, returned) =>
    enqueue(0, null, handle, waitCount, waitList, returned),
  )
}

const platformOf = (commands: bigint) => commandBufferKind.platforms.get(commands) as PlatformHandle
