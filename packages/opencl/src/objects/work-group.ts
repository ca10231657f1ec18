import { kernelWorkGroupInfo, readInfo } from "../info/index.js"
import { check } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import type { KernelHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import type { Device } from "./device.js"

/** What bounds a kernel's work groups on a device. */
export interface WorkGroupLimits {
  /** Work items of a group, at most. */
  readonly largest: number
  /** Groups of a multiple of so many work items run best. */
  readonly preferredMultiple: number
  /** What `reqd_work_group_size` says, three numbers; undefined where the source doesn't have it. */
  readonly required: readonly number[] | undefined
  /** Bytes of local memory of a group, with what its arguments take. */
  readonly localMemory: number
  /** Bytes of private memory of a work item. */
  readonly privateMemory: number
}

export function workGroupLimits(kernel: KernelHandle, device: Device): WorkGroupLimits {
  return {
    ...sizeLimits(kernel, device),
    preferredMultiple: Number(read(kernel, device, CL.KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE)),
    localMemory: Number(read(kernel, device, CL.KERNEL_LOCAL_MEM_SIZE)),
    privateMemory: Number(read(kernel, device, CL.KERNEL_PRIVATE_MEM_SIZE)),
  }
}

/** Of those what a launch's sizes are held against. */
export function sizeLimits(kernel: KernelHandle, device: Device): Pick<WorkGroupLimits, "largest" | "required"> {
  const required = read(kernel, device, CL.KERNEL_COMPILE_WORK_GROUP_SIZE) as number[]
  return {
    largest: Number(read(kernel, device, CL.KERNEL_WORK_GROUP_SIZE)),
    required: required[0] === 0 ? undefined : required,
  }
}

const read = <Name extends keyof typeof kernelWorkGroupInfo>(kernel: KernelHandle, device: Device, name: Name) =>
  readInfo(kernelWorkGroupInfo[name], "clGetKernelWorkGroupInfo", (size, value, returned) =>
    opencl().clGetKernelWorkGroupInfo(kernel, device.handle, name, size, value, returned),
  )

/** How a work group is divided into sub-groups. */
export interface SubGroups {
  /** Work items of a sub-group, at most. */
  readonly largest: number
  readonly count: number
}

/**
 * @param local work items of a group along each dimension
 * @throws OpenCLError where the device has no sub-groups
 */
export function subGroupsOf(kernel: KernelHandle, device: Device, local: readonly number[]): SubGroups {
  const sizes = new BigUint64Array(local.map(BigInt))
  const read = (name: number): number => {
    const value = new BigUint64Array(1)
    const status = opencl().clGetKernelSubGroupInfo(
      kernel,
      device.handle,
      name,
      sizes.byteLength,
      sizes,
      value.byteLength,
      value,
      null,
    )
    check(status, "clGetKernelSubGroupInfo")
    return Number(value[0])
  }
  return {
    largest: read(CL.KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE),
    count: read(CL.KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE),
  }
}
