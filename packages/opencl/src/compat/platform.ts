import { platformInfo } from "../info/index.js"
import { opencl, platformHandles, refusal } from "../native/index.js"
import { type Info, info } from "./info.js"
import { platformKind } from "./kinds.js"
import { type CLPlatformId, find, platformOf } from "./objects.js"

/**
 * The installed drivers.
 *
 * @throws OpenCLError PLATFORM_NOT_FOUND_KHR where there is none
 */
export function getPlatformIDs(): CLPlatformId[] {
  const call = "getPlatformIDs"
  const found = platformHandles(call)
  if (found.length === 0) throw refusal("PLATFORM_NOT_FOUND_KHR", { call })
  return found.map((platform) => find<CLPlatformId>(platformKind, platform))
}

/** @param name PLATFORM_NAME and its neighbours */
export function getPlatformInfo<Name extends number>(
  platform: CLPlatformId,
  name: Name,
): Info<typeof platformInfo, Name> {
  const call = "getPlatformInfo"
  const handle = platformOf(platform, call)
  return info(platformInfo, name, call, (...room) => opencl().clGetPlatformInfo(handle, name, ...room))
}
