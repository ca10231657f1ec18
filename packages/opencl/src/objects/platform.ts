import { type InfoValue, platformInfo, readInfo } from "../info/index.js"
import * as CL from "../native/constants/index.js"
import { deviceHandles } from "../native/device-handles.js"
import { OpenCLError } from "../native/error.js"
import type { PlatformHandle } from "../native/handles.js"
import { opencl } from "../native/opencl.js"
import { platformHandles } from "../native/platform-handles.js"
import { choice } from "./choice.js"
import { Device, type DeviceType, deviceTypes } from "./device.js"
import { extensionSet } from "./extension-set.js"

/** One driver: what the loader calls an installable client driver (ICD). It is never released. */
export class Platform {
  readonly handle: PlatformHandle
  #devices: readonly Device[] | undefined

  constructor(handle: PlatformHandle) {
    this.handle = handle
  }

  get name(): string {
    return this.info(CL.PLATFORM_NAME)
  }

  get vendor(): string {
    return this.info(CL.PLATFORM_VENDOR)
  }

  /** `OpenCL <major>.<minor> <the driver's own words>` */
  get version(): string {
    return this.info(CL.PLATFORM_VERSION)
  }

  /** The suffix by which the loader knows the driver, such as `POCL`; undefined without cl_khr_icd. */
  get icdSuffix(): string | undefined {
    return this.extensions.has("cl_khr_icd") ? this.info(CL.PLATFORM_ICD_SUFFIX_KHR) : undefined
  }

  get extensions(): ReadonlySet<string> {
    return extensionSet(this.info(CL.PLATFORM_EXTENSIONS))
  }

  /**
   * The same objects every time.
   *
   * @param type only those; default: all
   * @throws TypeError for what is no type
   */
  devices(type?: DeviceType): readonly Device[] {
    checkType(type)
    this.#devices ??= deviceHandles(this.handle, CL.DEVICE_TYPE_ALL).map((handle) => new Device(this, handle))
    return type === undefined ? this.#devices : this.#devices.filter((device) => device.type === type)
  }

  /**
   * Any parameter of clGetPlatformInfo.
   *
   * @param name its number, such as `CL_PLATFORM_PROFILE`'s 0x0900
   * @throws OpenCLError INVALID_VALUE where the driver doesn't know it
   */
  info<Name extends keyof typeof platformInfo>(name: Name): InfoValue<typeof platformInfo, Name> {
    return readInfo(platformInfo[name], "clGetPlatformInfo", (size, value, returned) =>
      opencl().clGetPlatformInfo(this.handle, name, size, value, returned),
    ) as InfoValue<typeof platformInfo, Name>
  }
}

let found: readonly Platform[] | undefined

/**
 * The drivers of this machine, in the loader's order; the same objects every time. Empty where there is none.
 *
 * @throws OpenCLError LIBRARY_NOT_FOUND without an OpenCL library
 */
export function platforms(): readonly Platform[] {
  found ??= platformHandles().map((handle) => new Platform(handle))
  return found
}

/**
 * Every device of every driver.
 *
 * @param type only those; default: all
 * @throws TypeError for what is no type
 */
export function devices(type?: DeviceType): readonly Device[] {
  checkType(type)
  return platforms().flatMap((platform) => platform.devices(type))
}

function checkType(type: DeviceType | undefined): void {
  if (type !== undefined) choice(deviceTypes, type, "A device type")
}

/** The first GPU; without one the first accelerator, and so on to any device. @throws OpenCLError without a device */
export function defaultDevice(): Device {
  const all = devices()
  const first = (["gpu", "accelerator", "cpu"] as const)
    .map((type) => all.find((device) => device.type === type))
    .find((device) => device !== undefined)
  const device = first ?? all[0]
  if (device === undefined) {
    throw new OpenCLError(
      "DEVICE_NOT_FOUND",
      "No OpenCL driver has a device: install your GPU's driver, or PoCL for the CPU (pocl-opencl-icd on Debian and Ubuntu).",
    )
  }
  return device
}
