import { kernelArgumentInfo, kernelInfo, kernelSubGroupInfo, kernelWorkGroupInfo } from "../info/index.js"
import { check, cString, made, opencl, refusal } from "../native/index.js"
import { text, wholeNumber } from "./arguments.js"
import { sizes } from "./command.js"
import { type Info, info } from "./info.js"
import { kernelKind } from "./kinds.js"
import {
  type CLDeviceId,
  type CLKernel,
  type CLProgram,
  deviceOf,
  kernelOf,
  own,
  programOf,
  release,
  retain,
} from "./objects.js"

/** @throws OpenCLError INVALID_KERNEL_NAME when the program has no kernel of that name */
export function createKernel(program: CLProgram, name: string): CLKernel {
  const call = "createKernel"
  const handle = programOf(program, call)
  const called = cString(text(name, "the kernel's name", call))
  return own<CLKernel>(
    kernelKind,
    made(call, (errcode) => opencl().clCreateKernel(handle, called, errcode)),
  )
}

/** All kernels of a program. */
export function createKernelsInProgram(program: CLProgram): CLKernel[] {
  const call = "createKernelsInProgram"
  const cl = opencl()
  const handle = programOf(program, call)
  const count = new Uint32Array(1)
  check(cl.clCreateKernelsInProgram(handle, 0, null, count), call)
  if (count[0] === 0) throw refusal("INVALID_VALUE", { call, detail: "the program has no kernels." })
  const kernels = new BigUint64Array(count[0] as number)
  check(cl.clCreateKernelsInProgram(handle, kernels.length, kernels, null), call)
  return Array.from(kernels, (kernel) => own<CLKernel>(kernelKind, kernel))
}

export function retainKernel(kernel: CLKernel): number {
  retain(kernelKind, kernel, "retainKernel")
  return 0
}

export function releaseKernel(kernel: CLKernel): number {
  release(kernelKind, kernel, "releaseKernel")
  return 0
}

/** @param name KERNEL_NUM_ARGS and its neighbours */
export function getKernelInfo<Name extends number>(kernel: CLKernel, name: Name): Info<typeof kernelInfo, Name> {
  const call = "getKernelInfo"
  const handle = kernelOf(kernel, call)
  return info(kernelInfo, name, call, (...room) => opencl().clGetKernelInfo(handle, name, ...room))
}

/** @param name KERNEL_ARG_TYPE_NAME and its neighbours: of programs that are built with -cl-kernel-arg-info */
export function getKernelArgInfo<Name extends number>(
  kernel: CLKernel,
  index: number,
  name: Name,
): Info<typeof kernelArgumentInfo, Name> {
  const call = "getKernelArgInfo"
  const handle = kernelOf(kernel, call)
  const at = wholeNumber(index, "the argument's index", call, "INVALID_ARG_INDEX")
  return info(kernelArgumentInfo, name, call, (...room) => opencl().clGetKernelArgInfo(handle, at, name, ...room))
}

/** @param name KERNEL_WORK_GROUP_SIZE and its neighbours */
export function getKernelWorkGroupInfo<Name extends number>(
  kernel: CLKernel,
  device: CLDeviceId,
  name: Name,
): Info<typeof kernelWorkGroupInfo, Name> {
  const call = "getKernelWorkGroupInfo"
  const [handle, on] = [kernelOf(kernel, call), deviceOf(device, call)]
  return info(kernelWorkGroupInfo, name, call, (...room) =>
    opencl().clGetKernelWorkGroupInfo(handle, on, name, ...room),
  )
}

/**
 * OpenCL 2.1.
 *
 * @param name KERNEL_MAX_NUM_SUB_GROUPS and its neighbours
 * @param input a local size, or for KERNEL_LOCAL_SIZE_FOR_SUB_GROUP_COUNT a number of sub-groups
 */
export function getKernelSubGroupInfo<Name extends number>(
  kernel: CLKernel,
  device: CLDeviceId,
  name: Name,
  input: readonly number[] = [],
): Info<typeof kernelSubGroupInfo, Name> {
  const call = "getKernelSubGroupInfo"
  const [handle, on] = [kernelOf(kernel, call), deviceOf(device, call)]
  const given = input.length === 0 ? null : sizes(input.map((value) => wholeNumber(value, "the input", call)))
  return info(kernelSubGroupInfo, name, call, (...room) =>
    opencl().clGetKernelSubGroupInfo(handle, on, name, given?.byteLength ?? 0, given, ...room),
  )
}
