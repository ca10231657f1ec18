/** Memory that a program and devices share. */
import { addressOf, type ContextHandle, opencl, refusal } from "../native/index.js"
import { type HostMemory, hostMemory, isHostMemory } from "./arguments.js"
import { describe } from "./objects.js"

interface Allocation {
  /** The driver counts contexts: one that has shared memory is kept until the memory is freed. */
  readonly context: ContextHandle
  readonly address: bigint
}

const allocations = new WeakMap<object, Allocation>()

/** @param bytes over the memory at `address` */
export function addAllocation(bytes: ArrayBuffer, allocation: Allocation): void {
  opencl().clRetainContext(allocation.context)
  allocations.set(bytes, allocation)
}

/** For an allocation that the driver frees, or has freed. */
export function removeAllocation(bytes: object): void {
  const allocation = allocations.get(bytes)
  if (allocation === undefined) return
  allocations.delete(bytes)
  opencl().clReleaseContext(allocation.context)
}

function allocated(memory: unknown): object | undefined {
  const bytes = ArrayBuffer.isView(memory) ? memory.buffer : memory
  return typeof bytes === "object" && bytes !== null && allocations.has(bytes) ? bytes : undefined
}

/** Whether it is shared memory, or a view of some, that wasn't freed. */
export function isAllocated(memory: unknown): boolean {
  return allocated(memory) !== undefined
}

/**
 * The whole allocation that a value is, or is a view of.
 *
 * @throws OpenCLError INVALID_ARG_VALUE for anything else, and for what was freed
 */
export function allocationOf(memory: unknown, call: string): Allocation & { readonly bytes: ArrayBuffer } {
  const bytes = allocated(memory)
  if (bytes === undefined)
    throw refusal("INVALID_ARG_VALUE", {
      call,
      detail: `expected memory from SVMAlloc that wasn't freed, got ${describe(memory)}.`,
    })
  return { ...(allocations.get(bytes) as Allocation), bytes: bytes as ArrayBuffer }
}

/**
 * The address of shared memory, or of a view of it.
 *
 * @throws OpenCLError INVALID_VALUE for other memory
 */
export function sharedAddress(memory: unknown, least: number, call: string): bigint {
  const bytes = allocated(memory)
  if (bytes === undefined)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `expected memory from SVMAlloc that wasn't freed, got ${describe(memory)}.`,
    })
  const { byteLength } = memory as HostMemory
  if (byteLength < least)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `the memory has ${byteLength} bytes, and ${least} would be touched.`,
    })
  const offset = ArrayBuffer.isView(memory) ? memory.byteOffset : 0
  return (allocations.get(bytes) as Allocation).address + BigInt(offset)
}

/** The address of shared or of the program's own memory, which somebody has to hold. */
export function anyAddress(memory: unknown, least: number, call: string): bigint {
  if (isAllocated(memory) || !isHostMemory(memory)) return sharedAddress(memory, least, call)
  return addressOf(hostMemory(memory, least, call))
}
