import { type platformInfo, readInfo } from "../info/index.js"
import { constants as CL, deviceHandles, opencl, type PlatformHandle, platformHandles } from "../native/index.js"
import { describeDevice } from "./device.js"
import { words } from "./questions.js"
import type { PlatformReport } from "./report.js"

/**
 * Every platform with its devices, one after the other.
 *
 * @param stage is told what happens now, as the end of a sentence
 * @throws OpenCLError where a driver answers with an error
 */
export function* describePlatforms(stage: (text: string) => void): Generator<PlatformReport> {
  for (const platform of platformHandles()) {
    const text = (name: keyof typeof platformInfo) => platformText(platform, name)
    const name = text(CL.PLATFORM_NAME)
    stage(`platform "${name}" was asked for its devices`)
    const handles = deviceHandles(platform, CL.DEVICE_TYPE_ALL)
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

function platformText(platform: PlatformHandle, name: keyof typeof platformInfo): string {
  return readInfo("string", "clGetPlatformInfo", (size, value, returned) =>
    opencl().clGetPlatformInfo(platform, name, size, value, returned),
  )
}
