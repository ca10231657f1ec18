import { buildLog } from "../info/index.js"
import { failure } from "../native/error.js"
import type { ProgramHandle } from "../native/handles.js"
import { loadLibrary } from "../native/library.js"
import { cString } from "../native/memory.js"
import { opencl } from "../native/opencl.js"
import type { Device } from "./device.js"

/**
 * Builds on another thread, or, where koffi was set up by somebody else with stacks too small for a compiler, on this
 * one. A process that exits meanwhile waits for the compiler.
 *
 * @throws OpenCLError with the build log; the program is released then
 */
export async function build(program: ProgramHandle, devices: readonly Device[], options: string): Promise<void> {
  if (!loadLibrary().hasLargeStacks) return buildSync(program, devices, options)
  const parameters = buildParameters(program, devices, options)
  // The parameters live in this closure until the compiler has finished.
  const status = await new Promise<number>((settle, fail) =>
    opencl().clBuildProgram.async(...parameters, (error, value) => (error ? fail(error) : settle(value))),
  )
  finish(program, devices, status)
}

/** The same on this thread. */
export function buildSync(program: ProgramHandle, devices: readonly Device[], options: string): void {
  finish(program, devices, opencl().clBuildProgram(...buildParameters(program, devices, options)))
}

function buildParameters(program: ProgramHandle, devices: readonly Device[], options: string) {
  const handles = new BigUint64Array(devices.map(({ handle }) => handle))
  return [program, handles.length, handles, cString(options), null, null] as const
}

function finish(program: ProgramHandle, devices: readonly Device[], status: number): void {
  if (status === 0) return
  const printed = devices
    .map((device) => readLog(program, device))
    .join("\n")
    .trim()
  opencl().clReleaseProgram(program)
  throw failure(status, { call: "clBuildProgram", buildLog: printed })
}

/** A driver that refuses the log has refused the build for some other reason, which its status tells. */
function readLog(program: ProgramHandle, device: Device): string {
  try {
    return buildLog(program, device.handle)
  } catch {
    return ""
  }
}
