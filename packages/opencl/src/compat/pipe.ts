import { pipeInfo } from "../info/index.js"
import { made, opencl, refusal } from "../native/index.js"
import { constantNumber, isGiven, type Optional, wholeNumber } from "./arguments.js"
import { ownMemory } from "./host-memory.js"
import { type Info, info } from "./info.js"
import { type CLContext, type CLMem, contextOf, describe, memoryOf } from "./objects.js"

/**
 * OpenCL 2.0.
 *
 * @param packetSize in bytes
 * @param packets how many there can be at once
 * @param properties there are none yet: null
 */
export function createPipe(
  context: CLContext,
  flags: number,
  packetSize: number,
  packets: number,
  properties?: Optional<never>,
): CLMem {
  const call = "createPipe"
  const handle = contextOf(context, call)
  const wanted = constantNumber(flags, "the flags", call)
  const size = wholeNumber(packetSize, "the packet size", call, "INVALID_PIPE_SIZE")
  const count = wholeNumber(packets, "the number of packets", call, "INVALID_PIPE_SIZE")
  if (isGiven(properties))
    throw refusal("INVALID_VALUE", {
      call,
      detail: `pipes have no properties: expected null, got ${describe(properties)}.`,
    })
  if (size === 0 || count === 0)
    throw refusal("INVALID_PIPE_SIZE", {
      call,
      detail: `expected at least one packet of at least one byte, got ${count} of ${size}.`,
    })
  return ownMemory(
    made(call, (errcode) => opencl().clCreatePipe(handle, wanted, size, count, null, errcode)),
    0,
    null,
  )
}

/** @param name PIPE_PACKET_SIZE or PIPE_MAX_PACKETS */
export function getPipeInfo<Name extends number>(pipe: CLMem, name: Name): Info<typeof pipeInfo, Name> {
  const call = "getPipeInfo"
  const handle = memoryOf(pipe, call)
  return info(pipeInfo, name, call, (...room) => opencl().clGetPipeInfo(handle, name, ...room))
}
