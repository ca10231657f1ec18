import { programBinaries, programBuildInfo, programInfo } from "../info/index.js"
import { check, constants, opencl } from "../native/index.js"
import { type HostMemory, hostMemory, wholeNumber } from "./arguments.js"
import { type Info, info } from "./info.js"
import { programKind } from "./kinds.js"
import {
  type CLDeviceId,
  type CLPlatformId,
  type CLProgram,
  deviceOf,
  platformOf,
  programOf,
  release,
  retain,
} from "./objects.js"

export function retainProgram(program: CLProgram): number {
  retain(programKind, program, "retainProgram")
  return 0
}

export function releaseProgram(program: CLProgram): number {
  release(programKind, program, "releaseProgram")
  return 0
}

/** Lets a platform's compiler free what it holds. */
export function unloadPlatformCompiler(platform: CLPlatformId): number {
  const call = "unloadPlatformCompiler"
  check(opencl().clUnloadPlatformCompiler(platformOf(platform, call)), call)
  return 0
}

/** The same, of OpenCL 1.1: for some platform. */
export function unloadCompiler(): number {
  check(opencl().clUnloadCompiler(), "unloadCompiler")
  return 0
}

type ProgramInfo<Name extends number> = Name extends typeof constants.PROGRAM_BINARIES
  ? Buffer[]
  : Info<typeof programInfo, Name>

/**
 * @param name PROGRAM_SOURCE and its neighbours. PROGRAM_BINARIES gives a Buffer a device: they can be kept, and given to
 * createProgramWithBinary with PROGRAM_BINARY_SIZES
 */
export function getProgramInfo<Name extends number>(program: CLProgram, name: Name): ProgramInfo<Name> {
  const call = "getProgramInfo"
  const handle = programOf(program, call)
  if (name === constants.PROGRAM_BINARIES) return programBinaries(handle) as ProgramInfo<Name>
  return info(programInfo, name, call, (...room) =>
    opencl().clGetProgramInfo(handle, name, ...room),
  ) as ProgramInfo<Name>
}

/** @param name PROGRAM_BUILD_LOG and its neighbours */
export function getProgramBuildInfo<Name extends number>(
  program: CLProgram,
  device: CLDeviceId,
  name: Name,
): Info<typeof programBuildInfo, Name> {
  const call = "getProgramBuildInfo"
  const [handle, on] = [programOf(program, call), deviceOf(device, call)]
  return info(programBuildInfo, name, call, (...room) => opencl().clGetProgramBuildInfo(handle, on, name, ...room))
}

/**
 * Sets a constant of a program made from SPIR-V, before it is built. OpenCL 2.2.
 *
 * @param value in memory, with the constant's size
 */
export function setProgramSpecializationConstant(program: CLProgram, id: number, value: HostMemory): number {
  const call = "setProgramSpecializationConstant"
  const handle = programOf(program, call)
  const constant = wholeNumber(id, "the constant's id", call, "INVALID_SPEC_ID")
  const memory = hostMemory(value, 1, call)
  check(opencl().clSetProgramSpecializationConstant(handle, constant, memory.byteLength, memory), call)
  return 0
}
