/** Host memory that memory objects use in place (MEM_USE_HOST_PTR). */
import {
  type CommandQueueHandle,
  constants,
  type EventHandle,
  holdUntil,
  type MemoryHandle,
  opencl,
  refusal,
} from "../native/index.js"
import { type HostMemory, isGiven, isHostMemory, pinned } from "./arguments.js"
import { commandQueueKind, memoryKind } from "./kinds.js"
import { type CLCommandQueue, type CLMem, describe, livingHandles, own, whenReleased } from "./objects.js"

interface Use {
  /** Not there once the object is released. */
  memory: HostMemory | undefined
}

/** By memory object, what it uses. A sub-buffer uses its buffer's. */
const uses = new WeakMap<CLMem, Use>()

/** Those of living objects. */
const current = new Set<Use>()

/**
 * The host memory of a create function, checked: it has enough bytes, and will stay where it is.
 *
 * @throws OpenCLError INVALID_MEM_OBJECT for what isn't host memory: what node-opencl's tests expect
 */
export function initialMemory(value: unknown, flags: number, least: number, call: string): HostMemory | null {
  if (!isGiven(value)) return null
  if (!isHostMemory(value))
    throw refusal("INVALID_MEM_OBJECT", {
      call,
      detail: `unsupported type of buffer: use a Buffer, an ArrayBuffer or a typed array, got ${describe(value)}.`,
    })
  const takes = constants.MEM_USE_HOST_PTR | constants.MEM_COPY_HOST_PTR
  if ((flags & takes) !== 0 && value.byteLength < least)
    throw refusal("INVALID_HOST_PTR", {
      call,
      detail: `the object takes ${least} bytes of the host's memory, which has ${value.byteLength}.`,
    })
  return pinned(value)
}

/** The object of a handle that a create function gave, with the memory that it uses in place. */
export function ownMemory(handle: MemoryHandle, flags: number, memory: HostMemory | null): CLMem {
  const object = own<CLMem>(memoryKind, handle)
  if (memory !== null && (flags & constants.MEM_USE_HOST_PTR) !== 0) use(object, memory)
  return object
}

/** For a part of an object: it uses what the whole uses. */
export function shareMemory(whole: CLMem, part: CLMem): void {
  const memory = uses.get(whole)?.memory
  if (memory !== undefined) use(part, memory)
}

/**
 * A driver deletes a memory object when its last reference is gone and the commands that were queued before are over. So
 * the memory is held until then: past a marker in every queue that there is, and in every queue that goes before it.
 */
function use(object: CLMem, memory: HostMemory): void {
  const entry: Use = { memory }
  uses.set(object, entry)
  current.add(entry)
  // Nothing here may hold the object: it is released when it is collected.
  whenReleased(object, () => {
    for (const queue of livingHandles<"cl_command_queue">(commandQueueKind)) holdPast(queue, entry.memory)
    entry.memory = undefined
    current.delete(entry)
  })
}

/** To be called for every queue, so that memory outlives the commands of queues that the program has released. */
export function holdPastRelease(queue: CLCommandQueue, handle: CommandQueueHandle): void {
  whenReleased(queue, () => {
    if (current.size > 0)
      holdPast(
        handle,
        Array.from(current, ({ memory }) => memory),
      )
  })
}

function holdPast(queue: CommandQueueHandle, memory: unknown): void {
  const cl = opencl()
  const marker = new BigUint64Array(1)
  // A queue that takes no marker has failed as a whole.
  if (cl.clEnqueueMarkerWithWaitList(queue, 0, null, marker) !== 0) return
  holdUntil(marker[0] as EventHandle, memory)
  cl.clReleaseEvent(marker[0] as EventHandle)
}
