import { deviceInfo, readInfo } from "../info/index.js"
import {
  constants,
  cString,
  type DeviceHandle,
  made,
  opencl,
  type ProgramHandle,
  pointersTo,
  refusal,
} from "../native/index.js"
import { type HostMemory, handles, hostMemory, list, text, wholeNumber } from "./arguments.js"
import { programKind } from "./kinds.js"
import { type CLContext, type CLDeviceId, type CLProgram, contextOf, describe, deviceOf, own } from "./objects.js"

function owned(handle: ProgramHandle): CLProgram {
  return own<CLProgram>(programKind, handle)
}

export function createProgramWithSource(context: CLContext, source: string): CLProgram {
  const call = "createProgramWithSource"
  const handle = contextOf(context, call)
  const code = cString(text(source, "the source", call))
  const strings = pointersTo([code])
  return owned(made(call, (errcode) => opencl().clCreateProgramWithSource(handle, 1, strings, null, errcode)))
}

/**
 * @param sizes the length of each binary in bytes: PROGRAM_BINARY_SIZES
 * @param binaries one a device: PROGRAM_BINARIES
 */
export function createProgramWithBinary(
  context: CLContext,
  devices: readonly CLDeviceId[],
  sizes: readonly number[],
  binaries: readonly HostMemory[],
): CLProgram {
  const call = "createProgramWithBinary"
  const handle = contextOf(context, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  const lengths = list(sizes, "the sizes", call).map((size) => wholeNumber(size, "a size", call))
  const given = list(binaries, "the binaries", call)
  if (on === null || lengths.length !== on.length || given.length !== on.length)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `expected a size and a binary for each device, got ${on?.length ?? 0} devices, ${lengths.length} sizes and ${given.length} binaries.`,
    })
  const images = given.map((binary, index) => bytesOf(hostMemory(binary, lengths[index] as number, call)))
  const places = pointersTo(images)
  const room = BigUint64Array.from(lengths, BigInt)
  return owned(
    made(call, (errcode) => opencl().clCreateProgramWithBinary(handle, on.length, on, room, places, null, errcode)),
  )
}

/** @param names of kernels that all devices have built in: DEVICE_BUILT_IN_KERNELS */
export function createProgramWithBuiltInKernels(
  context: CLContext,
  devices: readonly CLDeviceId[],
  names: readonly string[],
): CLProgram {
  const call = "createProgramWithBuiltInKernels"
  const handle = contextOf(context, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  const wanted = list(names, "the names", call).map((name) => text(name, "a name", call))
  if (on === null || wanted.length === 0)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `expected devices and names, got ${on?.length ?? 0} devices and ${wanted.length} names.`,
    })
  for (const device of on) expectBuiltIn(device as DeviceHandle, wanted, call)
  const joined = cString(wanted.join(";"))
  return owned(
    made(call, (errcode) => opencl().clCreateProgramWithBuiltInKernels(handle, on.length, on, joined, errcode)),
  )
}

/** Intel's driver takes names that it doesn't know, and ends the process when it releases the program. */
function expectBuiltIn(device: DeviceHandle, names: readonly string[], call: string): void {
  const known = readInfo(deviceInfo[constants.DEVICE_BUILT_IN_KERNELS], call, (...room) =>
    opencl().clGetDeviceInfo(device, constants.DEVICE_BUILT_IN_KERNELS, ...room),
  ).split(";")
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw refusal("INVALID_VALUE", { call, detail: `a device has no kernel ${describe(unknown)} built in.` })
}

/** @param code SPIR-V, or another of DEVICE_IL_VERSION. OpenCL 2.1 */
export function createProgramWithIL(context: CLContext, code: HostMemory): CLProgram {
  const call = "createProgramWithIL"
  const handle = contextOf(context, call)
  const bytes = bytesOf(hostMemory(code, 1, call))
  return owned(made(call, (errcode) => opencl().clCreateProgramWithIL(handle, bytes, bytes.length, errcode)))
}

function bytesOf(memory: HostMemory): Uint8Array {
  return ArrayBuffer.isView(memory)
    ? new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
    : new Uint8Array(memory)
}
