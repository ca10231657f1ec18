import * as cl from "../src/index.js"

/** The first device of the first driver, in a context and with a queue of its own. */
export function device() {
  const platform = cl.getPlatformIDs()[0] as cl.CLPlatformId
  const device = cl.getDeviceIDs(platform)[0] as cl.CLDeviceId
  const context = cl.createContext([cl.CONTEXT_PLATFORM, platform], [device])
  const queue = cl.createCommandQueue(context, device)
  return { platform, device, context, queue }
}

/** For what only one driver does. The tests run on Intel's CPU driver too. */
export const isPocl = cl
  .getPlatformInfo(cl.getPlatformIDs()[0] as cl.CLPlatformId, cl.PLATFORM_NAME)
  .startsWith("Portable")

/** A kernel of that name, built from source. */
export function build(context: cl.CLContext, source: string, name: string, options?: string): cl.CLKernel {
  const program = cl.createProgramWithSource(context, source)
  cl.buildProgram(program, null, options)
  const kernel = cl.createKernel(program, name)
  cl.releaseProgram(program)
  return kernel
}

/** The error that a call throws. */
export function thrown(call: () => unknown): cl.OpenCLError {
  try {
    call()
  } catch (error) {
    if (cl.OpenCLError.is(error)) return error as cl.OpenCLError
    throw error
  }
  throw new Error("Nothing was thrown.")
}

/** What a call gives, or the code of the error that it throws. */
export function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (cl.OpenCLError.is(error)) return (error as cl.OpenCLError).code
    throw error
  }
}
