import { check, constants, type EventHandle, opencl, refusal, viewOf, watchEvent } from "../native/index.js"
import {
  callback,
  constantNumber,
  type HostMemory,
  hostMemory,
  list,
  type Optional,
  type WaitList,
  waitList,
  wholeNumber,
} from "./arguments.js"
import { command, type Flag, type Outcome } from "./command.js"
import { setSharedArgument } from "./kernel-argument.js"
import { eventKind } from "./kinds.js"
import {
  type CLCommandQueue,
  type CLContext,
  type CLEvent,
  type CLKernel,
  contextOf,
  describe,
  kernelOf,
  own,
  queueOf,
} from "./objects.js"
import { addAllocation, allocationOf, anyAddress, removeAllocation, sharedAddress } from "./svm-memory.js"

/**
 * Memory that the program and the devices of a context share, by its address. Where devices have no fine-grained sharing,
 * it belongs to the program between enqueueSVMMap and enqueueSVMUnmap only. It lives until it is freed, and nothing may
 * look at it afterwards. OpenCL 2.0.
 *
 * @param flags MEM_READ_WRITE and its neighbours; 0 is MEM_READ_WRITE
 * @param size in bytes
 * @param alignment in bytes, a power of two; 0 or nothing: that of the largest type
 */
export function SVMAlloc(context: CLContext, flags: number, size: number, alignment?: Optional<number>): ArrayBuffer {
  const call = "SVMAlloc"
  const handle = contextOf(context, call)
  const wanted = constantNumber(flags, "the flags", call)
  const byteLength = wholeNumber(size, "the size", call)
  const align = wholeNumber(alignment, "the alignment", call)
  const address = opencl().clSVMAlloc(handle, wanted || constants.MEM_READ_WRITE, byteLength, align)
  if (address === null)
    throw refusal("INVALID_ARG_VALUE", {
      call,
      detail: `no ${byteLength} bytes of shared memory: the devices have none (DEVICE_SVM_CAPABILITIES), or none that large or so aligned.`,
    })
  const bytes = viewOf(address, byteLength)
  addAllocation(bytes, { context: handle, address })
  return bytes
}

/**
 * Frees shared memory now: no command may still use it.
 *
 * @throws OpenCLError INVALID_CONTEXT for another context than the memory's own
 */
export function SVMFree(context: CLContext, memory: HostMemory): number {
  const call = "SVMFree"
  const handle = contextOf(context, call)
  const { address, bytes, context: owner } = allocationOf(memory, call)
  if (owner !== handle)
    throw refusal("INVALID_CONTEXT", { call, detail: "expected the context that the memory was allocated in." })
  opencl().clSVMFree(handle, address)
  removeAllocation(bytes)
  return 0
}

export type FreeCallback<UserData> = (queue: CLCommandQueue, memory: readonly HostMemory[], userData: UserData) => void

/** Frees shared memory once the commands before are over, and then calls back. */
export function enqueueSVMFree<UserData = undefined, Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  memory: readonly HostMemory[],
  notify?: Optional<FreeCallback<UserData>>,
  userData?: UserData,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueSVMFree"
  const on = queueOf(queue, call)
  const freed = list(memory, "the memory", call).map((each) => allocationOf(each, call))
  if (freed.length === 0) throw refusal("INVALID_VALUE", { call, detail: "expected an array of memory from SVMAlloc." })
  const done = callback(notify, call) as FreeCallback<UserData> | undefined
  const addresses = BigUint64Array.from(freed, ({ address }) => address)
  const before = waitList(wait, call)
  const returned = new BigUint64Array(1)
  // Without a callback the driver frees the memory itself; the program's comes after it, by way of the event.
  check(opencl().clEnqueueSVMFree(on, freed.length, addresses, null, null, before?.length ?? 0, before, returned), call)
  for (const { bytes } of freed) removeAllocation(bytes)
  const over = returned[0] as EventHandle
  if (done) watchEvent(over, constants.COMPLETE, () => done(queue, memory, userData as UserData))
  if (event) return own<CLEvent>(eventKind, over) as Outcome<Wants>
  check(opencl().clReleaseEvent(over), call)
  return 0 as Outcome<Wants>
}

/** Copies between shared memory, or from and to the program's own. @param size in bytes */
export function enqueueSVMMemcpy<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  blocking: Flag,
  destination: HostMemory,
  source: HostMemory,
  size: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueSVMMemcpy"
  const on = queueOf(queue, call)
  const byteLength = wholeNumber(size, "the size", call)
  const [to, from] = [anyAddress(destination, byteLength, call), anyAddress(source, byteLength, call)]
  const blocks = blocking ? 1 : 0
  return command(
    call,
    wait,
    event,
    (...tail) => opencl().clEnqueueSVMMemcpy(on, blocks, to, from, byteLength, ...tail),
    blocks ? undefined : [destination, source],
  )
}

/** Repeats a pattern. @param size in bytes, a multiple of the pattern's */
export function enqueueSVMMemFill<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  memory: HostMemory,
  pattern: HostMemory,
  size: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueSVMMemFill"
  const on = queueOf(queue, call)
  const byteLength = wholeNumber(size, "the size", call)
  const to = sharedAddress(memory, byteLength, call)
  const bytes = hostMemory(pattern, 1, call)
  const unit = bytes.byteLength
  if ((unit & (unit - 1)) !== 0 || unit > 128 || byteLength % unit !== 0)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `a pattern has 1, 2, 4 ... 128 bytes, of which the size is a multiple: got ${unit} and ${describe(size)}.`,
    })
  return command(call, wait, event, (...tail) => opencl().clEnqueueSVMMemFill(on, to, bytes, unit, byteLength, ...tail))
}

/** Gives shared memory to the program. @param flags MAP_READ, MAP_WRITE @param size in bytes */
export function enqueueSVMMap<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  blocking: Flag,
  flags: number,
  memory: HostMemory,
  size: number,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueSVMMap"
  const on = queueOf(queue, call)
  const wanted = constantNumber(flags, "the flags", call)
  const byteLength = wholeNumber(size, "the size", call)
  const at = sharedAddress(memory, byteLength, call)
  return command(call, wait, event, (...tail) =>
    opencl().clEnqueueSVMMap(on, blocking ? 1 : 0, wanted, at, byteLength, ...tail),
  )
}

/** Gives shared memory back to the devices. */
export function enqueueSVMUnmap<Wants extends Optional<boolean> = undefined>(
  queue: CLCommandQueue,
  memory: HostMemory,
  wait?: WaitList,
  event?: Wants,
): Outcome<Wants> {
  const call = "enqueueSVMUnmap"
  const on = queueOf(queue, call)
  const at = sharedAddress(memory, 0, call)
  return command(call, wait, event, (...tail) => opencl().clEnqueueSVMUnmap(on, at, ...tail))
}

/** Sets an argument to shared memory, or to a view of some. */
export function setKernelArgSVMPointer(kernel: CLKernel, index: number, memory: HostMemory): number {
  const call = "setKernelArgSVMPointer"
  const handle = kernelOf(kernel, call)
  const at = wholeNumber(index, "the argument's index", call, "INVALID_ARG_INDEX")
  check(opencl().clSetKernelArgSVMPointer(handle, at, sharedAddress(memory, 0, call)), call)
  setSharedArgument(kernel, at, memory)
  return 0
}
