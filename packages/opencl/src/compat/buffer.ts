import { constants, made, opencl, refusal } from "../native/index.js"
import { constantNumber, type HostMemory, type Optional, wholeNumber } from "./arguments.js"
import { initialMemory, ownMemory, shareMemory } from "./host-memory.js"
import { type CLContext, type CLMem, contextOf, describe, memoryOf } from "./objects.js"

/**
 * @param flags MEM_READ_WRITE and its neighbours; 0 is MEM_READ_WRITE
 * @param size in bytes
 * @param memory with MEM_COPY_HOST_PTR what the buffer starts with; with MEM_USE_HOST_PTR what it works on: this package
 * holds it for as long as the buffer lives
 */
export function createBuffer(
  context: CLContext,
  flags: Optional<number>,
  size: number,
  memory?: Optional<HostMemory>,
): CLMem {
  const call = "createBuffer"
  const handle = contextOf(context, call)
  const wanted = constantNumber(flags, "the flags", call)
  const byteLength = wholeNumber(size, "the size", call, "INVALID_BUFFER_SIZE")
  const initial = initialMemory(memory, wanted, byteLength, call)
  return ownMemory(
    made(call, (errcode) => opencl().clCreateBuffer(handle, wanted, byteLength, initial, errcode)),
    wanted,
    initial,
  )
}

export interface BufferRegion {
  /** In bytes; a multiple of the device's DEVICE_MEM_BASE_ADDR_ALIGN, which is in bits. */
  origin: number
  /** In bytes. */
  size: number
}

/**
 * A part of a buffer.
 *
 * @param type BUFFER_CREATE_TYPE_REGION
 */
export function createSubBuffer(buffer: CLMem, flags: Optional<number>, type: number, region: BufferRegion): CLMem {
  const call = "createSubBuffer"
  const whole = memoryOf(buffer, call)
  const wanted = constantNumber(flags, "the flags", call)
  if (type !== constants.BUFFER_CREATE_TYPE_REGION)
    throw refusal("INVALID_VALUE", { call, detail: `expected BUFFER_CREATE_TYPE_REGION, got ${describe(type)}.` })
  const { origin, size } = (region ?? {}) as Partial<BufferRegion>
  const bounds = BigUint64Array.of(
    BigInt(wholeNumber(origin, "the origin", call)),
    BigInt(wholeNumber(size, "the size", call, "INVALID_BUFFER_SIZE")),
  )
  const part = ownMemory(
    made(call, (errcode) => opencl().clCreateSubBuffer(whole, wanted, type, bounds, errcode)),
    0,
    null,
  )
  shareMemory(buffer, part)
  return part
}
