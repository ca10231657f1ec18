import { deviceInfo, type InfoValue, readInfo } from "../info/index.js"
import { type DeviceHandle, OpenCLError, opencl } from "../native/index.js"
import { type FlagNames, namesOf } from "./flags.js"

type Parameter = keyof typeof deviceInfo

type ParameterOf<Kind> = { [Name in Parameter]: (typeof deviceInfo)[Name] extends Kind ? Name : never }[Parameter]

type Answer<Name extends Parameter> = InfoValue<typeof deviceInfo, Name>

/** How a device is asked. */
export interface Questions {
  /** What every device has to say. @throws OpenCLError where it refuses */
  ask<Name extends Parameter>(name: Name): Answer<Name>
  /** Null where the driver doesn't know the question, or has no answer. */
  tryTo<Name extends Parameter>(name: Name): Answer<Name> | null
  /** A cl_ulong as a number: of bytes, which no device has 2^53 of. */
  bytes(name: ParameterOf<"ulong">): number
  /** Names from a set of flags; none where the driver doesn't know the question. */
  flags(name: ParameterOf<"flags">, table: FlagNames): string[]
}

export function questionsFor(device: DeviceHandle): Questions {
  const ask = <Name extends Parameter>(name: Name) =>
    readInfo(deviceInfo[name], "clGetDeviceInfo", (size, value, returned) =>
      opencl().clGetDeviceInfo(device, name, size, value, returned),
    ) as Answer<Name>
  const tryTo = <Name extends Parameter>(name: Name) => {
    try {
      return ask(name)
    } catch (error) {
      if (OpenCLError.is(error)) return null
      throw error
    }
  }
  return {
    ask,
    tryTo,
    bytes: (name) => Number(ask(name)),
    flags: (name, table) => namesOf(Number(tryTo(name) ?? 0), table),
  }
}

/** The words of a list as OpenCL has it, parted by spaces. */
export function words(list: string): string[] {
  return list.split(/\s+/).filter((word) => word !== "")
}
