import { commandQueueInfo } from "../info/index.js"
import { type CommandQueueHandle, check, constants, letGoOfFinished, made, opencl, refusal } from "../native/index.js"
import { constantNumber, list, type Optional, wholeNumber } from "./arguments.js"
import { holdPastRelease } from "./host-memory.js"
import { type Info, info } from "./info.js"
import { commandQueueKind } from "./kinds.js"
import {
  type CLCommandQueue,
  type CLContext,
  type CLDeviceId,
  contextOf,
  describe,
  deviceOf,
  own,
  queueOf,
  release,
  retain,
} from "./objects.js"
import { propertyList } from "./properties.js"

function owned(handle: CommandQueueHandle): CLCommandQueue {
  const queue = own<CLCommandQueue>(commandQueueKind, handle)
  holdPastRelease(queue, handle)
  return queue
}

/** @param properties QUEUE_PROFILING_ENABLE, QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE or both, joined by | */
export function createCommandQueue(
  context: CLContext,
  device: CLDeviceId,
  properties?: Optional<number>,
): CLCommandQueue {
  const call = "createCommandQueue"
  const [within, on] = [contextOf(context, call), deviceOf(device, call)]
  const wanted = constantNumber(properties, "the properties", call)
  return owned(made(call, (errcode) => opencl().clCreateCommandQueue(within, on, wanted, errcode)))
}

/**
 * OpenCL 2.0.
 *
 * @param properties names and numbers in turn: QUEUE_PROPERTIES and flags, QUEUE_SIZE and bytes
 */
export function createCommandQueueWithProperties(
  context: CLContext,
  device: CLDeviceId,
  properties: readonly number[],
): CLCommandQueue {
  const call = "createCommandQueueWithProperties"
  const [within, on] = [contextOf(context, call), deviceOf(device, call)]
  const given = list(properties, "the properties", call)
  for (let index = 0; index < given.length; index += 2) {
    const name = wholeNumber(given[index], "a property's name", call)
    wholeNumber(given[index + 1], "a property's value", call)
    if (name !== constants.QUEUE_PROPERTIES && name !== constants.QUEUE_SIZE)
      throw refusal("INVALID_QUEUE_PROPERTIES", {
        call,
        detail: `expected QUEUE_PROPERTIES or QUEUE_SIZE, got ${describe(name)}.`,
      })
  }
  const wanted = propertyList(given, call)
  return owned(made(call, (errcode) => opencl().clCreateCommandQueueWithProperties(within, on, wanted, errcode)))
}

export function retainCommandQueue(queue: CLCommandQueue): number {
  retain(commandQueueKind, queue, "retainCommandQueue")
  return 0
}

export function releaseCommandQueue(queue: CLCommandQueue): number {
  release(commandQueueKind, queue, "releaseCommandQueue")
  return 0
}

/** @param name QUEUE_CONTEXT and its neighbours */
export function getCommandQueueInfo<Name extends number>(
  queue: CLCommandQueue,
  name: Name,
): Info<typeof commandQueueInfo, Name> {
  const call = "getCommandQueueInfo"
  const handle = queueOf(queue, call)
  return info(commandQueueInfo, name, call, (...room) => opencl().clGetCommandQueueInfo(handle, name, ...room))
}

/** Hands all commands to the device. */
export function flush(queue: CLCommandQueue): number {
  check(opencl().clFlush(queueOf(queue, "flush")), "flush")
  return 0
}

/** Blocks until all commands are over. */
export function finish(queue: CLCommandQueue): number {
  check(opencl().clFinish(queueOf(queue, "finish")), "finish")
  letGoOfFinished()
  return 0
}
