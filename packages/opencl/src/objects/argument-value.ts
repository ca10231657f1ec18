import { FixedMemory } from "../native/fixed-memory.js"
import { DeviceBuffer } from "./device-buffer.js"
import { bytesOf } from "./host-memory.js"
import { Image } from "./image.js"
import { byteLengthOf, type Expected } from "./kernel-argument.js"
import { LocalMemory } from "./local-memory.js"
import { describe } from "./native-object.js"
import { Sampler } from "./sampler.js"
import { type ScalarName, scalarTypes } from "./scalar-type.js"
import { SharedMemory } from "./shared-memory.js"

/**
 * What an argument is made from: a number for a scalar, an array or typed array of numbers for a vector, an object for
 * what lies in the device's memory, `local(bytes)`, and the bytes of a struct.
 */
export type ArgumentValue =
  | number
  | bigint
  | ArrayLike<number>
  | ArrayLike<bigint>
  | NodeJS.ArrayBufferView
  | DeviceBuffer
  | SharedMemory
  | Image
  | Sampler
  | LocalMemory

/** Where values are written that the driver then copies: a vector of sixteen doubles is the largest. */
const scratch = new DataView(new ArrayBuffer(128))
export const scratchMemory = new FixedMemory(scratch)

const classes = {
  buffer: [DeviceBuffer, SharedMemory],
  image: [Image],
  sampler: [Sampler],
  local: [LocalMemory],
} as const

const wanted = {
  buffer: "DeviceBuffer or SharedMemory",
  image: "Image",
  sampler: "Sampler",
  local: "local(bytes)",
  bytes: "the bytes of a struct, in a typed array or a DataView",
} as const

/** An object that can be an argument, other than local memory. */
export type ArgumentObject = DeviceBuffer | SharedMemory | Image | Sampler

export function isArgumentObject(value: unknown): value is ArgumentObject {
  return (
    value instanceof DeviceBuffer || value instanceof SharedMemory || value instanceof Image || value instanceof Sampler
  )
}

/** @throws TypeError unless a value is what the argument takes */
export function checkKind(value: unknown, { kind }: Exclude<Expected, { readonly kind: "number" }>): void {
  if (kind === "bytes" ? ArrayBuffer.isView(value) : classes[kind].some((type) => value instanceof type)) return
  throw new TypeError(`it takes ${wanted[kind]}, not ${describe(value)}`)
}

/**
 * Writes a number or a vector to {@link scratchMemory}.
 *
 * @returns how many bytes it has
 * @throws TypeError or RangeError
 */
export function writeNumber(value: unknown, scalar: ScalarName, lanes: number): number {
  const type = scalarTypes[scalar]
  if (lanes === 1) {
    type.write(scratch, 0, single(value, scalar))
    return type.byteLength
  }
  if (!isList(value) || value.length !== lanes) {
    throw new TypeError(`it takes ${lanes} numbers in an array, not ${describe(value)}`)
  }
  for (let lane = 0; lane < lanes; lane += 1) {
    type.write(scratch, lane * type.byteLength, single(value[lane], scalar))
  }
  return byteLengthOf(scalar, lanes)
}

/** A number; or the only one of a typed array. */
function single(value: unknown, scalar: ScalarName): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value
  if (ArrayBuffer.isView(value) && isList(value) && value.length === 1) return value[0] as number | bigint
  throw new TypeError(`it takes a number (${scalar}), not ${describe(value)}`)
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

/** The bytes of a struct, or of a number that nothing is known of. */
export function bytesOfValue(value: unknown): Uint8Array {
  if (ArrayBuffer.isView(value)) return bytesOf(value as NodeJS.ArrayBufferView)
  throw new TypeError(
    `the program doesn't say what it takes: pass its bytes, such as Int32Array.of(1), or an object, not ${describe(value)}`,
  )
}
