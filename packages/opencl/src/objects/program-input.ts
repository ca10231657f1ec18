import { made } from "../native/check.js"
import { refusal } from "../native/error.js"
import { extension } from "../native/extension.js"
import type { ProgramHandle } from "../native/handles.js"
import { cString, pointersTo } from "../native/memory.js"
import { opencl } from "../native/opencl.js"
import type { Context } from "./context.js"
import type { Device } from "./device.js"
import { bytesOf, type HostMemory } from "./host-memory.js"
import { describe, ownedOf } from "./native-object.js"

/** What programs are made from: OpenCL C; a module such as SPIR-V; or what `binaries()` gave before. */
export type ProgramInput =
  | string
  | { readonly intermediateLanguage: HostMemory }
  | { readonly binaries: ReadonlyMap<Device, HostMemory> }

interface MadeProgram {
  readonly handle: ProgramHandle
  readonly devices: readonly Device[]
  readonly compilerOptions: string
}

/** A program that isn't built yet. The caller owns it. */
export function makeProgram(context: Context, input: ProgramInput, compilerOptions = ""): MadeProgram {
  if (typeof compilerOptions !== "string") {
    throw new TypeError(`compilerOptions is a string, not ${describe(compilerOptions)}.`)
  }
  const { devices } = context
  if (typeof input === "string") {
    // Without it, kernels don't know the types of their arguments.
    const withTypes = `${compilerOptions} -cl-kernel-arg-info`.trim()
    return { handle: fromSource(context, input), devices, compilerOptions: withTypes }
  }
  if (typeof input === "object" && input !== null && "intermediateLanguage" in input) {
    return { handle: fromIntermediateLanguage(context, bytesOf(input.intermediateLanguage)), devices, compilerOptions }
  }
  if (typeof input === "object" && input !== null && input.binaries instanceof Map) {
    const built = [...input.binaries.keys()] as Device[]
    return { handle: fromBinaries(context, input.binaries), devices: built, compilerOptions }
  }
  throw new TypeError(
    `A program is made from source, { intermediateLanguage } or { binaries }, not ${describe(input)}.`,
  )
}

function fromSource(context: Context, source: string): ProgramHandle {
  const text = cString(source)
  const places = pointersTo([text])
  // With its length: a source may have a zero in it, where C would end it.
  const lengths = new BigUint64Array([BigInt(text.length - 1)])
  return made("clCreateProgramWithSource", (status) =>
    opencl().clCreateProgramWithSource(ownedOf(context).live(), 1, places, lengths, status),
  )
}

function fromIntermediateLanguage(context: Context, module: Uint8Array): ProgramHandle {
  const parent = ownedOf(context).live()
  const { name, platform } = context.devices[0] as Device
  if (context.devices.some((device) => device.intermediateLanguages.length === 0)) {
    const detail = `"${name}" takes no intermediate language: see device.intermediateLanguages, or pass the source.`
    throw refusal("INVALID_OPERATION", { call: "createProgram", detail })
  }
  const isCore = /^OpenCL (2\.[1-9]|[3-9])/.test(platform.version)
  const make = isCore ? opencl().clCreateProgramWithIL : extension(platform.handle, "clCreateProgramWithILKHR")
  return made("clCreateProgramWithIL", (status) => make(parent, module, module.length, status))
}

function fromBinaries(context: Context, binaries: ReadonlyMap<Device, HostMemory>): ProgramHandle {
  const handles = new BigUint64Array(Array.from(binaries.keys(), ({ handle }) => handle))
  const bytes = Array.from(binaries.values(), bytesOf)
  const lengths = new BigUint64Array(bytes.map(({ length }) => BigInt(length)))
  const each = new Int32Array(Math.max(1, bytes.length))
  const parent = ownedOf(context).live()
  const { length } = handles
  const places = pointersTo(bytes)
  return made("clCreateProgramWithBinary", (status) =>
    opencl().clCreateProgramWithBinary(parent, length, handles, lengths, places, each, status),
  )
}
