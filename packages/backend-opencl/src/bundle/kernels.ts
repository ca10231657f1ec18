import { type Kernel, OpenCLError, type Program } from "@strongroom/opencl/objects"
import { broken } from "./broken.js"
import type { Launch } from "./description.js"

/** A launch's kernel, as its program has it. @throws StrongroomError `backend-failed` when it has none of that name */
export function kernelOf(programs: ReadonlyMap<string, Program>, { program, kernel, place }: Launch): Kernel {
  try {
    return (programs.get(program) as Program).createKernel(kernel)
  } catch (error) {
    if (!OpenCLError.is(error) || error.code !== "INVALID_KERNEL_NAME") throw error
    throw broken(`${place}.kernel`, "the program has no such kernel")
  }
}

/**
 * Finds kernels that aren't there, and launches with another number of arguments than theirs, when the bundle is loaded:
 * they would fail in the first run.
 *
 * @throws StrongroomError `backend-failed`
 */
export function checkKernels(programs: ReadonlyMap<string, Program>, launches: readonly Launch[]): void {
  const counts = new Map<string, number>()
  for (const launch of launches) {
    const name = JSON.stringify([launch.program, launch.kernel])
    const count = counts.get(name) ?? argumentCountOf(programs, launch)
    counts.set(name, count)
    if (launch.arguments.length !== count) {
      const problem = `the kernel takes ${count} arguments, and ${launch.arguments.length} are there`
      throw broken(`${launch.place}.arguments`, problem)
    }
  }
}

function argumentCountOf(programs: ReadonlyMap<string, Program>, launch: Launch): number {
  const kernel = kernelOf(programs, launch)
  try {
    return kernel.argumentCount
  } finally {
    kernel.release()
  }
}
