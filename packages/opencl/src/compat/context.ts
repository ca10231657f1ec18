import { contextInfo } from "../info/index.js"
import { type ContextHandle, check, constants, made, opencl, refusal } from "../native/index.js"
import { callback, constantNumber, handles, isGiven, list, type Optional } from "./arguments.js"
import { type Info, info } from "./info.js"
import { contextKind } from "./kinds.js"
import {
  type CLCommandQueue,
  type CLContext,
  type CLDeviceId,
  type CLPlatformId,
  contextOf,
  deviceOf,
  own,
  platformOf,
  queueOf,
  release,
  retain,
} from "./objects.js"
import { propertyList } from "./properties.js"

/** CONTEXT_PLATFORM and a platform; other names with numbers. */
export type ContextProperties = readonly (number | CLPlatformId)[]

/**
 * A driver reports errors of a context on a thread of its own, where JavaScript can't be called without the risk that
 * both wait for one another. So `notify` is never called, as in node-opencl.
 */
export type ContextNotify = (message: string, userData: unknown) => void

/** @throws OpenCLError INVALID_VALUE without devices */
export function createContext(
  properties: Optional<ContextProperties>,
  devices: readonly CLDeviceId[],
  notify?: Optional<ContextNotify>,
  _userData?: unknown,
): CLContext {
  const call = "createContext"
  const wanted = contextProperties(properties, call)
  const on = handles(list(devices, "the devices", call), deviceOf, call)
  if (on === null) throw refusal("INVALID_VALUE", { call, detail: "expected an array of devices, from getDeviceIDs." })
  callback(notify, call)
  return owned(made(call, (errcode) => opencl().clCreateContext(wanted, on.length, on, null, null, errcode)))
}

/** @param type DEVICE_TYPE_GPU and its neighbours */
export function createContextFromType(
  properties: Optional<ContextProperties>,
  type: number,
  notify?: Optional<ContextNotify>,
  _userData?: unknown,
): CLContext {
  const call = "createContextFromType"
  const wanted = contextProperties(properties, call)
  const types = constantNumber(type, "the device type", call)
  callback(notify, call)
  return owned(made(call, (errcode) => opencl().clCreateContextFromType(wanted, types, null, null, errcode)))
}

function owned(handle: ContextHandle): CLContext {
  return own<CLContext>(contextKind, handle)
}

function contextProperties(properties: unknown, call: string): BigInt64Array | null {
  if (!isGiven(properties)) return null
  const given = list(properties, "the properties", call)
  return propertyList(
    given.map((value, index) => (given[index - 1] === constants.CONTEXT_PLATFORM ? platformOf(value, call) : value)),
    call,
  )
}

export function retainContext(context: CLContext): number {
  retain(contextKind, context, "retainContext")
  return 0
}

export function releaseContext(context: CLContext): number {
  release(contextKind, context, "releaseContext")
  return 0
}

/** @param name CONTEXT_DEVICES and its neighbours */
export function getContextInfo<Name extends number>(context: CLContext, name: Name): Info<typeof contextInfo, Name> {
  const call = "getContextInfo"
  const handle = contextOf(context, call)
  return info(contextInfo, name, call, (...room) => opencl().clGetContextInfo(handle, name, ...room))
}

/** Makes a queue on the device the default one for its kernels. OpenCL 2.1. */
export function setDefaultDeviceCommandQueue(context: CLContext, device: CLDeviceId, queue: CLCommandQueue): number {
  const call = "setDefaultDeviceCommandQueue"
  check(
    opencl().clSetDefaultDeviceCommandQueue(contextOf(context, call), deviceOf(device, call), queueOf(queue, call)),
    call,
  )
  return 0
}
