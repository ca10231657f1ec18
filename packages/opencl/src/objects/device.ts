import { deviceInfo, type InfoValue, readInfo } from "../info/index.js"
import * as CL from "../native/constants/index.js"
import { OpenCLError } from "../native/error.js"
import type { DeviceHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { extensionSet } from "./extension-set.js"
import type { Platform } from "./platform.js"

export const deviceTypes = {
  cpu: CL.DEVICE_TYPE_CPU,
  gpu: CL.DEVICE_TYPE_GPU,
  accelerator: CL.DEVICE_TYPE_ACCELERATOR,
  custom: CL.DEVICE_TYPE_CUSTOM,
} as const

export type DeviceType = keyof typeof deviceTypes

/** Which kinds of shared virtual memory a device has. None: it has no SVM. */
export interface SharedVirtualMemorySupport {
  readonly coarseGrainBuffer: boolean
  readonly fineGrainBuffer: boolean
  readonly fineGrainSystem: boolean
  readonly atomics: boolean
}

/** A device. Its properties are asked for when they are read. It is never released. */
export class Device {
  readonly platform: Platform
  readonly handle: DeviceHandle

  constructor(platform: Platform, handle: DeviceHandle) {
    this.platform = platform
    this.handle = handle
  }

  get name(): string {
    return this.info(CL.DEVICE_NAME)
  }

  get vendor(): string {
    return this.info(CL.DEVICE_VENDOR)
  }

  /** `OpenCL <major>.<minor> <the driver's own words>` */
  get version(): string {
    return this.info(CL.DEVICE_VERSION)
  }

  get driverVersion(): string {
    return this.info(CL.DRIVER_VERSION)
  }

  /** Undefined for a type that OpenCL 3.0 doesn't have. */
  get type(): DeviceType | undefined {
    const flags = this.info(CL.DEVICE_TYPE)
    return (Object.keys(deviceTypes) as DeviceType[]).find((type) => (flags & deviceTypes[type]) !== 0)
  }

  get extensions(): ReadonlySet<string> {
    return extensionSet(this.info(CL.DEVICE_EXTENSIONS))
  }

  get computeUnits(): number {
    return this.info(CL.DEVICE_MAX_COMPUTE_UNITS)
  }

  /** Floats in one of the device's vector registers, as its driver counts them. */
  get floatVectorWidth(): number {
    return this.info(CL.DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)
  }

  /** MHz */
  get clockFrequency(): number {
    return this.info(CL.DEVICE_MAX_CLOCK_FREQUENCY)
  }

  /** Bytes */
  get globalMemory(): number {
    return Number(this.info(CL.DEVICE_GLOBAL_MEM_SIZE))
  }

  /** Bytes that the work items of a group can share. */
  get localMemory(): number {
    return Number(this.info(CL.DEVICE_LOCAL_MEM_SIZE))
  }

  /** Bytes: the largest buffer. */
  get largestBuffer(): number {
    return Number(this.info(CL.DEVICE_MAX_MEM_ALLOC_SIZE))
  }

  /** Bytes: a sub-buffer's offset is a multiple of them. */
  get subBufferAlignment(): number {
    return this.info(CL.DEVICE_MEM_BASE_ADDR_ALIGN) / 8
  }

  /** Work items: the largest group. */
  get largestWorkGroup(): number {
    return this.info(CL.DEVICE_MAX_WORK_GROUP_SIZE)
  }

  /** Work items: the largest group along each dimension. */
  get largestWorkGroupSides(): readonly number[] {
    return this.info(CL.DEVICE_MAX_WORK_ITEM_SIZES)
  }

  /** Nanoseconds: what the times of events are multiples of. */
  get timerResolution(): number {
    return this.info(CL.DEVICE_PROFILING_TIMER_RESOLUTION)
  }

  get hasImages(): boolean {
    return this.info(CL.DEVICE_IMAGE_SUPPORT)
  }

  /** Whether kernels can compute with `half`. */
  get hasHalf(): boolean {
    return this.extensions.has("cl_khr_fp16")
  }

  /** Whether kernels can compute with `double`. */
  get hasDouble(): boolean {
    return (this.#known(CL.DEVICE_DOUBLE_FP_CONFIG) ?? 0) !== 0
  }

  /** Whether launches can be recorded: cl_khr_command_buffer, in any version from its first provisional one on. */
  get hasCommandBuffers(): boolean {
    return this.extensions.has("cl_khr_command_buffer")
  }

  /** Whether kernels have sub-groups. */
  get hasSubGroups(): boolean {
    return ["cl_khr_subgroups", "cl_intel_subgroups"].some((name) => this.extensions.has(name)) || this.subGroups > 0
  }

  /** Sub-groups of a work group, at most; 0 for a device without. */
  get subGroups(): number {
    return this.#known(CL.DEVICE_MAX_NUM_SUB_GROUPS) ?? 0
  }

  get sharedVirtualMemory(): SharedVirtualMemorySupport {
    const flags = this.#known(CL.DEVICE_SVM_CAPABILITIES) ?? 0
    return {
      coarseGrainBuffer: (flags & CL.DEVICE_SVM_COARSE_GRAIN_BUFFER) !== 0,
      fineGrainBuffer: (flags & CL.DEVICE_SVM_FINE_GRAIN_BUFFER) !== 0,
      fineGrainSystem: (flags & CL.DEVICE_SVM_FINE_GRAIN_SYSTEM) !== 0,
      atomics: (flags & CL.DEVICE_SVM_ATOMICS) !== 0,
    }
  }

  /** Intermediate languages that programs can be made from, such as `SPIR-V_1.2`. */
  get intermediateLanguages(): readonly string[] {
    return (this.#known(CL.DEVICE_IL_VERSION) ?? "").split(" ").filter((name) => name !== "")
  }

  /** Whether a queue's commands can run in another order than they were enqueued in. */
  get hasOutOfOrderQueues(): boolean {
    return (this.info(CL.DEVICE_QUEUE_ON_HOST_PROPERTIES) & CL.QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) !== 0
  }

  /** Whether the global size may be other than a multiple of the local one, in programs built for OpenCL C 2.0 or later. */
  get hasNonUniformWorkGroups(): boolean {
    return this.#known(CL.DEVICE_NON_UNIFORM_WORK_GROUP_SUPPORT) ?? /^OpenCL 2\./.test(this.version)
  }

  /**
   * Any parameter of clGetDeviceInfo.
   *
   * @param name its number, such as `CL_DEVICE_VENDOR_ID`'s 0x1001
   * @throws OpenCLError INVALID_VALUE where the driver doesn't know it
   */
  info<Name extends keyof typeof deviceInfo>(name: Name): InfoValue<typeof deviceInfo, Name> {
    return readInfo(deviceInfo[name], "clGetDeviceInfo", (size, value, returned) =>
      opencl().clGetDeviceInfo(this.handle, name, size, value, returned),
    ) as InfoValue<typeof deviceInfo, Name>
  }

  /** What older drivers don't know is undefined. */
  #known<Name extends keyof typeof deviceInfo>(name: Name): InfoValue<typeof deviceInfo, Name> | undefined {
    try {
      return this.info(name)
    } catch (error) {
      if (OpenCLError.is(error) && error.code === "INVALID_VALUE") return undefined
      throw error
    }
  }
}
