/** OpenCL C's types, as kernel arguments name them, and their values in memory. */
import { halfBits } from "../native/half.js"

/** What a type of this name is passed as. `bytes` is what the driver is told. */
export type ArgumentType =
  | { readonly is: "memory" | "local" | "sampler" | "queue" | "other" }
  | { readonly is: "numbers"; readonly bytes: number; readonly count: number; readonly encode: Encode }

/** Writes a number; false for what isn't a value of the type. */
type Encode = (view: DataView, at: number, value: unknown) => boolean

interface Scalar {
  readonly width: number
  readonly encode: Encode
}

/** Any pattern of the bits, signed or not, as C's casts take them. */
function integer(width: 1 | 2 | 4): Scalar {
  const [least, greatest] = [-(2 ** (8 * width - 1)), 2 ** (8 * width) - 1]
  const set = ({ 1: "setInt8", 2: "setInt16", 4: "setInt32" } as const)[width]
  return {
    width,
    encode(view, at, value) {
      if (!Number.isInteger(value) || (value as number) < least || (value as number) > greatest) return false
      view[set](at, value as number, true)
      return true
    },
  }
}

const long: Scalar = {
  width: 8,
  encode(view, at, value) {
    if (typeof value === "number" ? !Number.isSafeInteger(value) : typeof value !== "bigint") return false
    const whole = BigInt(value as number | bigint)
    if (whole < -(2n ** 63n) || whole >= 2n ** 64n) return false
    view.setBigUint64(at, BigInt.asUintN(64, whole), true)
    return true
  },
}

function real(width: 2 | 4 | 8): Scalar {
  return {
    width,
    encode(view, at, value) {
      if (typeof value !== "number") return false
      if (width === 2) view.setUint16(at, halfBits(value), true)
      else if (width === 4) view.setFloat32(at, value, true)
      else view.setFloat64(at, value, true)
      return true
    },
  }
}

/** node-opencl's: passed as a cl_bool. */
const bool: Scalar = {
  width: 4,
  encode(view, at, value) {
    view.setUint32(at, value ? 1 : 0, true)
    return true
  },
}

const scalars = new Map<string, Scalar>([
  ["char", integer(1)],
  ["uchar", integer(1)],
  ["short", integer(2)],
  ["ushort", integer(2)],
  ["int", integer(4)],
  ["uint", integer(4)],
  ["long", long],
  ["ulong", long],
  ["half", real(2)],
  ["float", real(4)],
  ["double", real(8)],
  ["bool", bool],
])

const longNames = new Map([
  ["unsigned char", "uchar"],
  ["unsigned short", "ushort"],
  ["unsigned int", "uint"],
  ["unsigned", "uint"],
  ["unsigned long", "ulong"],
  ["size_t", "ulong"],
])

const known = new Map<string, ArgumentType>()

/** @param name "float4", "__global uint*", "cl_mem", "local", "image2d_t", "sampler_t" */
export function argumentType(name: string): ArgumentType {
  let type = known.get(name)
  if (type === undefined) {
    type = parse(name)
    known.set(name, type)
  }
  return type
}

function parse(name: string): ArgumentType {
  const words = name.trim()
  if (/^(__)?local$/.test(words)) return { is: "local" }
  if (words.endsWith("*")) return { is: /^(__)?local\s/.test(words) ? "local" : "memory" }
  const plain = words
    .replace(/\b(const|volatile|restrict|(__)?(private|read_only|write_only|read_write))\b/g, "")
    .trim()
  if (plain === "cl_mem" || /^image\w*_t$/.test(plain) || /^(__)?pipe\b/.test(plain)) return { is: "memory" }
  if (plain === "sampler_t") return { is: "sampler" }
  if (plain === "queue_t") return { is: "queue" }
  const [, element = "", count = ""] = /^(.*?)(2|3|4|8|16)?$/.exec(longNames.get(plain) ?? plain) ?? []
  const scalar = scalars.get(element)
  if (scalar === undefined) return { is: "other" }
  const elements = count === "" ? 1 : Number(count)
  // Three elements take the room of four.
  const room = elements === 3 ? 4 : elements
  return { is: "numbers", bytes: room * scalar.width, count: elements, encode: scalar.encode }
}
