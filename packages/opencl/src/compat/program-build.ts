import { buildLog, programInfo, readInfo } from "../info/index.js"
import {
  check,
  constants,
  cString,
  failure,
  loadLibrary,
  made,
  opencl,
  type ProgramHandle,
  pointersTo,
  refusal,
  type StatusName,
} from "../native/index.js"
import { callback, handles, isGiven, list, type Optional, text } from "./arguments.js"
import { programKind } from "./kinds.js"
import { type CLContext, type CLDeviceId, type CLProgram, contextOf, deviceOf, own, programOf } from "./objects.js"

/** `error` is there when the program didn't compile: node-opencl's callbacks ask PROGRAM_BUILD_STATUS instead. */
export type BuildCallback<UserData> = (program: CLProgram, userData: UserData, error?: Error) => void

type BuildCall = "clBuildProgram" | "clCompileProgram"

/**
 * Compiles and links a program. With a callback that happens on another thread, and this returns at once.
 *
 * @param devices of the context; all without it
 * @param options for the compiler, "-cl-fast-relaxed-math" and its neighbours
 * @throws OpenCLError BUILD_PROGRAM_FAILURE, with the build log
 */
export function buildProgram<UserData = undefined>(
  program: CLProgram,
  devices?: Optional<readonly CLDeviceId[]>,
  options?: Optional<string>,
  notify?: Optional<BuildCallback<UserData>>,
  userData?: UserData,
): number {
  const call = "buildProgram"
  const handle = programOf(program, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  const flags = optionText(options, "INVALID_BUILD_OPTIONS", call)
  const done = callback(notify, call) as BuildCallback<UserData> | undefined
  return run(
    "clBuildProgram",
    [handle, on?.length ?? 0, on, flags, null, null],
    [],
    done && ((error) => done(program, userData as UserData, error)),
  )
}

/**
 * Compiles a program without linking it. With a callback that happens on another thread, and this returns at once.
 *
 * @param headers programs with the source of what is included
 * @param names by which they are included
 * @throws OpenCLError COMPILE_PROGRAM_FAILURE, with the build log
 */
export function compileProgram<UserData = undefined>(
  program: CLProgram,
  devices?: Optional<readonly CLDeviceId[]>,
  options?: Optional<string>,
  headers?: Optional<readonly CLProgram[]>,
  names?: Optional<readonly string[]>,
  notify?: Optional<BuildCallback<UserData>>,
  userData?: UserData,
): number {
  const call = "compileProgram"
  const handle = programOf(program, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  const flags = optionText(options, "INVALID_COMPILER_OPTIONS", call)
  const included = handles(list(headers, "the headers", call), programOf, call)
  const called = list(names, "the names", call).map((name) => cString(text(name, "a header's name", call)))
  if ((included?.length ?? 0) !== called.length)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `expected a name for each header, got ${included?.length ?? 0} headers and ${called.length} names.`,
    })
  const places = called.length === 0 ? null : pointersTo(called)
  const done = callback(notify, call) as BuildCallback<UserData> | undefined
  return run(
    "clCompileProgram",
    [handle, on?.length ?? 0, on, flags, called.length, included, places, null, null],
    called,
    done && ((error) => done(program, userData as UserData, error)),
  )
}

/**
 * Links compiled programs into one. A callback comes after this returns.
 *
 * @throws OpenCLError LINK_PROGRAM_FAILURE
 */
export function linkProgram<UserData = undefined>(
  context: CLContext,
  devices: Optional<readonly CLDeviceId[]>,
  options: Optional<string>,
  programs: readonly CLProgram[],
  notify?: Optional<BuildCallback<UserData>>,
  userData?: UserData,
): CLProgram {
  const call = "linkProgram"
  const handle = contextOf(context, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  const flags = optionText(options, "INVALID_LINKER_OPTIONS", call)
  const parts = handles(list(programs, "the programs", call), programOf, call)
  const done = callback(notify, call) as BuildCallback<UserData> | undefined
  const linked = own<CLProgram>(
    programKind,
    made(call, (errcode) =>
      opencl().clLinkProgram(handle, on?.length ?? 0, on, flags, parts?.length ?? 0, parts, null, null, errcode),
    ),
  )
  if (done) setImmediate(() => done(linked, userData as UserData))
  return linked
}

function optionText(options: unknown, status: StatusName, call: string): Uint8Array | null {
  return isGiven(options) ? cString(text(options, "the options", call, status)) : null
}

/**
 * Calls now, or on another thread when there is somebody to tell. Drivers' compilers need a deep stack: where koffi's
 * other threads have a small one, the call is made now and told later.
 *
 * @param held what has to live until the call is over, beside `values`
 */
function run(
  name: BuildCall,
  values: readonly unknown[],
  held: readonly unknown[],
  done: ((error?: Error) => void) | undefined,
): number {
  const cl = opencl()
  const compile = cl[name] as unknown as Compile
  const program = values[0] as ProgramHandle
  const outcome = (status: number) => (status === 0 ? undefined : buildFailure(status, name, program))
  if (done === undefined || !loadLibrary().hasLargeStacks) {
    const error = outcome(compile(...values))
    if (done !== undefined) setImmediate(done, error)
    else if (error !== undefined) throw error
    return 0
  }
  // The program may release its program meanwhile.
  check(cl.clRetainProgram(program), "clRetainProgram")
  const holds = [values, held]
  compile.async(...values, (failed, status) => {
    const error = failed instanceof Error ? failed : outcome(status)
    cl.clReleaseProgram(program)
    holds.length = 0
    done(error)
  })
  return 0
}

type Compile = ((...values: unknown[]) => number) & {
  async(...values: [...unknown[], (failed: unknown, status: number) => void]): void
}

/** The error of a build, with what the compiler printed for each device. */
function buildFailure(status: number, call: string, program: ProgramHandle): Error {
  return failure(status, { call, buildLog: buildLogs(program) })
}

function buildLogs(program: ProgramHandle): string {
  const cl = opencl()
  try {
    const devices = readInfo(programInfo[constants.PROGRAM_DEVICES], "clGetProgramInfo", (...room) =>
      cl.clGetProgramInfo(program, constants.PROGRAM_DEVICES, ...room),
    )
    const logs = devices.map((device) => buildLog(program, device).trim())
    return [...new Set(logs)].filter((log) => log !== "").join("\n")
  } catch {
    return ""
  }
}
