import { FixedMemory, NULL, opencl, refusal, type StatusName } from "../native/index.js"
import { isGiven, list, type Optional, type WaitList, wholeNumber } from "./arguments.js"
import { command, type Outcome } from "./command.js"
import { expectLivingArguments } from "./kernel-argument.js"
import { type CLCommandQueue, type CLKernel, describe, kernelOf, queueOf } from "./objects.js"

/**
 * Runs a kernel.
 *
 * @param dimensions 1, 2 or 3; the arrays have as many numbers
 * @param offset where global ids start; 0 without it
 * @param globalSize how many work items there are
 * @param localSize how many of them make a group; without it the driver chooses
 */
export function enqueueNDRangeKernel<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  kernel: CLKernel,
  dimensions: number,
  offset: Optional<readonly number[]>,
  globalSize: readonly number[],
  localSize?: Optional<readonly number[]>,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueNDRangeKernel"
  const [on, of] = [queueOf(queue, call), kernelOf(kernel, call)]
  const [start, global, local] = launchSizes(dimensions, offset, globalSize, localSize, call)
  expectLivingArguments(kernel, call)
  return command(call, wait, event, (waitCount, waitList, returned) =>
    opencl().clEnqueueNDRangeKernel(on, of, dimensions, start, global, local, waitCount, waitList, returned),
  )
}

/** Offset, global size and local size, as C takes them; in memory that the next call uses again. */
export function launchSizes(
  dimensions: number,
  offset: Optional<readonly number[]>,
  globalSize: readonly number[],
  localSize: Optional<readonly number[]>,
  call: string,
): [offset: bigint, global: bigint, local: bigint] {
  if (dimensions !== 1 && dimensions !== 2 && dimensions !== 3)
    throw refusal("INVALID_WORK_DIMENSION", { call, detail: `it is 1, 2 or 3, got ${describe(dimensions)}.` })
  return [
    isGiven(offset) ? sizesInto(room.offset, offset, dimensions, "INVALID_GLOBAL_OFFSET", call) : NULL,
    sizesInto(room.global, globalSize, dimensions, "INVALID_GLOBAL_WORK_SIZE", call),
    isGiven(localSize) ? sizesInto(room.local, localSize, dimensions, "INVALID_WORK_GROUP_SIZE", call) : NULL,
  ]
}

/** Sizes as pairs of 32 bits, low first: much cheaper than BigInts. Drivers read them before the call returns. */
const roomForSizes = () => new FixedMemory(new Uint32Array(6))
const room = { offset: roomForSizes(), global: roomForSizes(), local: roomForSizes() }

function sizesInto(
  { view: pairs, address }: FixedMemory<Uint32Array>,
  values: unknown,
  dimensions: number,
  status: StatusName,
  call: string,
): bigint {
  const given = list(values, "sizes", call)
  if (given.length !== dimensions)
    throw refusal(status, {
      call,
      detail: `expected ${dimensions === 1 ? "one number" : `${dimensions} numbers`}, one a dimension, got ${isGiven(values) ? given.length : describe(values)}.`,
    })
  for (let index = 0; index < dimensions; index += 1) {
    const size = wholeNumber(given[index], "a size", call, status)
    pairs[2 * index] = size
    pairs[2 * index + 1] = size / 2 ** 32
  }
  return address
}

/** Runs a kernel once: a global size of 1. OpenCL 1.1. */
export function enqueueTask<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  kernel: CLKernel,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  return enqueueNDRangeKernel(queue, kernel, 1, null, [1], [1], wait, event)
}

/** Not to be had: a device would call JavaScript on a thread of its own. node-opencl hasn't got it either. */
export function enqueueNativeKernel(): never {
  throw refusal("INVALID_OPERATION", {
    call: "enqueueNativeKernel",
    detail: "enqueueNativeKernel is not supported: a driver's thread can't run JavaScript.",
  })
}
