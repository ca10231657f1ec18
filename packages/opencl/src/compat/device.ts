import { deviceInfo, readInfo } from "../info/index.js"
import { check, constants, deviceHandles, opencl, refusal } from "../native/index.js"
import { constantNumber, isGiven, type Optional } from "./arguments.js"
import { type Info, info } from "./info.js"
import { deviceKind } from "./kinds.js"
import { type CLDeviceId, type CLPlatformId, deviceOf, find, own, platformOf, release, retain } from "./objects.js"
import { propertyList } from "./properties.js"

/**
 * The devices of a platform.
 *
 * @param type DEVICE_TYPE_GPU and its neighbours; all without it
 * @throws OpenCLError DEVICE_NOT_FOUND where there is none of the type
 */
export function getDeviceIDs(platform: CLPlatformId, type?: Optional<number>): CLDeviceId[] {
  const call = "getDeviceIDs"
  const handle = platformOf(platform, call)
  const types = isGiven(type) ? constantNumber(type, "the device type", call) : constants.DEVICE_TYPE_ALL
  const found = deviceHandles(handle, types, call)
  if (found.length === 0) throw refusal("DEVICE_NOT_FOUND", { call })
  return found.map((device) => find<CLDeviceId>(deviceKind, device))
}

/** @param name DEVICE_NAME and its neighbours */
export function getDeviceInfo<Name extends number>(device: CLDeviceId, name: Name): Info<typeof deviceInfo, Name> {
  const call = "getDeviceInfo"
  const handle = deviceOf(device, call)
  return info(deviceInfo, name, call, (...room) => opencl().clGetDeviceInfo(handle, name, ...room))
}

/**
 * Divides a device.
 *
 * @param properties one of the DEVICE_PARTITION constants and what it takes; the zero at the end may be left out
 */
export function createSubDevices(device: CLDeviceId, properties: readonly number[]): CLDeviceId[] {
  const call = "createSubDevices"
  const cl = opencl()
  const handle = deviceOf(device, call)
  if (!Array.isArray(properties))
    throw new TypeError("Argument 1 must be an array: the properties of createSubDevices.")
  const wanted = propertyList(properties, call)
  const count = new Uint32Array(1)
  check(cl.clCreateSubDevices(handle, wanted, 0, null, count), call)
  const made = new BigUint64Array(count[0] as number)
  check(cl.clCreateSubDevices(handle, wanted, made.length, made, null), call)
  return Array.from(made, (part) => own<CLDeviceId>(deviceKind, part))
}

/** @throws OpenCLError INVALID_DEVICE for a device that isn't a part of another: those aren't counted */
export function retainDevice(device: CLDeviceId): number {
  const call = "retainDevice"
  expectPart(device, call)
  retain(deviceKind, device, call)
  return 0
}

/** @throws OpenCLError INVALID_DEVICE for a device that isn't a part of another: those aren't counted */
export function releaseDevice(device: CLDeviceId): number {
  const call = "releaseDevice"
  expectPart(device, call)
  release(deviceKind, device, call)
  return 0
}

function expectPart(device: CLDeviceId, call: string): void {
  const handle = deviceOf(device, call)
  const parent = readInfo("device", call, (...room) =>
    opencl().clGetDeviceInfo(handle, constants.DEVICE_PARENT_DEVICE, ...room),
  )
  if (parent === null)
    throw refusal("INVALID_DEVICE", { call, detail: "expected a sub-device, from createSubDevices." })
}

/** A device's own time and the host's, in nanoseconds, taken together. OpenCL 2.1. */
export function getDeviceAndHostTimer(device: CLDeviceId): { device: bigint; host: bigint } {
  const call = "getDeviceAndHostTimer"
  const [deviceTime, hostTime] = [new BigUint64Array(1), new BigUint64Array(1)]
  check(opencl().clGetDeviceAndHostTimer(deviceOf(device, call), deviceTime, hostTime), call)
  return { device: deviceTime[0] as bigint, host: hostTime[0] as bigint }
}

/** The host's time as the device sees it, in nanoseconds. OpenCL 2.1. */
export function getHostTimer(device: CLDeviceId): bigint {
  const call = "getHostTimer"
  const time = new BigUint64Array(1)
  check(opencl().clGetHostTimer(deviceOf(device, call), time), call)
  return time[0] as bigint
}
