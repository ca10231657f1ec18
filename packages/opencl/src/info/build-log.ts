import { PROGRAM_BUILD_LOG } from "../native/constants/program.js"
import type { DeviceHandle, ProgramHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { programBuildInfo } from "./program.js"
import { readInfo } from "./read.js"

/**
 * What the compiler printed when it built a program for a device; often nothing.
 *
 * @throws OpenCLError with the status of clGetProgramBuildInfo
 */
export function buildLog(program: ProgramHandle, device: DeviceHandle): string {
  return readInfo(programBuildInfo[PROGRAM_BUILD_LOG], "clGetProgramBuildInfo", (...room) =>
    opencl().clGetProgramBuildInfo(program, device, PROGRAM_BUILD_LOG, ...room),
  )
}
