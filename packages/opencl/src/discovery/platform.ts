import { type platformInfo, readInfo } from "../info/index.js"
import { constants as CL, check, type DeviceHandle, opencl, type PlatformHandle } from "../native/index.js"
import { describeDevice } from "./device.js"
import { words } from "./questions.js"
import type { PlatformReport } from "./report.js"

const count = new Uint32Array(1)

/** clGetPlatformIDs where no driver has a platform; cl_khr_icd. */
const platformNotFound = -1001

const deviceNotFound = -1

/**
 * Every platform with its devices, one after the other.
 *
 * @param stage is told what happens now, as the end of a sentence
 * @throws OpenCLError where a driver answers with an error
 */
export function* describePlatforms(stage: (text: string) => void): Generator<PlatformReport> {
  for (const platform of platforms()) {
    const text = (name: keyof typeof platformInfo) => platformText(platform, name)
    const name = text(CL.PLATFORM_NAME)
    stage(`platform "${name}" was asked for its devices`)
    const handles = devices(platform)
    yield {
      name,
      vendor: text(CL.PLATFORM_VENDOR),
      version: text(CL.PLATFORM_VERSION).trim(),
      profile: text(CL.PLATFORM_PROFILE),
      extensions: words(text(CL.PLATFORM_EXTENSIONS)),
      devices: handles.map((device, index) => {
        stage(`device ${index} of platform "${name}" was described`)
        return describeDevice(device)
      }),
    }
  }
}

function platforms(): PlatformHandle[] {
  const status = opencl().clGetPlatformIDs(0, null, count)
  if (status === platformNotFound) return []
  check(status, "clGetPlatformIDs")
  const found = new BigUint64Array(count[0] as number)
  if (found.length > 0) check(opencl().clGetPlatformIDs(found.length, found, null), "clGetPlatformIDs")
  return [...found] as PlatformHandle[]
}

function devices(platform: PlatformHandle): DeviceHandle[] {
  const status = opencl().clGetDeviceIDs(platform, CL.DEVICE_TYPE_ALL, 0, null, count)
  if (status === deviceNotFound) return []
  check(status, "clGetDeviceIDs")
  const found = new BigUint64Array(count[0] as number)
  if (found.length > 0)
    check(opencl().clGetDeviceIDs(platform, CL.DEVICE_TYPE_ALL, found.length, found, null), "clGetDeviceIDs")
  return [...found] as DeviceHandle[]
}

function platformText(platform: PlatformHandle, name: keyof typeof platformInfo): string {
  return readInfo("string", "clGetPlatformInfo", (size, value, returned) =>
    opencl().clGetPlatformInfo(platform, name, size, value, returned),
  )
}
