import { platformInfo } from "../info/index.js"
import { check, opencl, type PlatformHandle } from "../native/index.js"
import { type Info, info } from "./info.js"
import { platformKind } from "./kinds.js"
import { type CLPlatformId, find, platformOf } from "./objects.js"

/**
 * The installed drivers.
 *
 * @throws OpenCLError PLATFORM_NOT_FOUND_KHR where there is none
 */
export function getPlatformIDs(): CLPlatformId[] {
  const cl = opencl()
  const count = new Uint32Array(1)
  check(cl.clGetPlatformIDs(0, null, count), "getPlatformIDs")
  const found = new BigUint64Array(count[0] as number)
  check(cl.clGetPlatformIDs(found.length, found, null), "getPlatformIDs")
  return Array.from(found as unknown as ArrayLike<PlatformHandle>, (handle) => find<CLPlatformId>(platformKind, handle))
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
