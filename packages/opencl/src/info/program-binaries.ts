import { check } from "../native/check.js"
import { PROGRAM_BINARIES, PROGRAM_BINARY_SIZES } from "../native/constants/program.js"
import type { ProgramHandle } from "../native/handles.js"
import { pointersTo } from "../native/memory.js"
import { opencl } from "../native/opencl.js"
import { readInfo } from "./read.js"

/**
 * What the driver made of a program, one a device in the order of PROGRAM_DEVICES; empty for devices that it isn't
 * built for. Copies: the caller's.
 *
 * @throws OpenCLError with the status of clGetProgramInfo
 */
export function programBinaries(program: ProgramHandle): Buffer[] {
  const cl = opencl()
  const sizes = readInfo("sizes", "clGetProgramInfo", (size, value, returned) =>
    cl.clGetProgramInfo(program, PROGRAM_BINARY_SIZES, size, value, returned),
  )
  // The driver is told where each binary goes, never how much room there is: it writes what it said before.
  const binaries = sizes.map((size) => Buffer.alloc(size))
  const places = pointersTo(binaries)
  for (const [index, size] of sizes.entries()) if (size === 0) places[index] = 0n
  check(cl.clGetProgramInfo(program, PROGRAM_BINARIES, places.byteLength, places, null), "clGetProgramInfo")
  return binaries
}
