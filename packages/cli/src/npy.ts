/**
 * NumPy's file format, versions 1.0, 2.0 and 3.0, for arrays of plain elements in C order and little-endian.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (NEP 1,
 * https://numpy.org/neps/nep-0001-npy-format.html).
 *
 * @module
 */
import type { ElementType } from "@strongroom/core"

/** An array as its file has it. `data` holds the elements, little-endian, the last dimension varying fastest. */
export interface NpyArray {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

const magic = Buffer.from("\u0093NUMPY", "latin1")

const types: readonly (readonly [descriptor: string, type: ElementType, bytes: number])[] = [
  ["<f2", "float16", 2],
  ["<f4", "float32", 4],
  ["<f8", "float64", 8],
  ["|i1", "int8", 1],
  ["<i2", "int16", 2],
  ["<i4", "int32", 4],
  ["<i8", "int64", 8],
  ["|u1", "uint8", 1],
  ["<u2", "uint16", 2],
  ["<u4", "uint32", 4],
  ["<u8", "uint64", 8],
  ["|b1", "bool", 1],
]

/** True if `bytes` begin like a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, magic.length), magic) === 0
}

/**
 * Reads a .npy file.
 *
 * @throws TypeError what isn't one, RangeError what is one that this program doesn't read. `name` is for their messages.
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const major = file[6] ?? 0
  const lengthBytes = major === 1 ? 2 : 4
  const start = 8 + lengthBytes
  if (!isNpy(file) || file.length < start) throw new TypeError(`${name} isn't a .npy file.`)
  if (major < 1 || major > 3) throw new RangeError(`${name} is of .npy version ${major}; 1 to 3 can be read.`)
  const end = start + file.readUIntLE(8, lengthBytes)
  const header = file.toString(major === 3 ? "utf8" : "latin1", start, end)
  const descriptor = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1]
  if (end > file.length || order === undefined || sizes === undefined) {
    throw new TypeError(`${name} has a damaged .npy header.`)
  }
  const element = types.find(([known]) => known === descriptor)
  if (element === undefined) {
    throw new RangeError(
      `${name} holds elements of NumPy type ${descriptor ?? "structured"}; expected little-endian numbers or bool.`,
    )
  }
  const shape = [...sizes.matchAll(/\d+/g)].map(([digits]) => Number(digits))
  if (order === "True" && shape.length > 1) {
    throw new RangeError(`${name} is in Fortran order. Save numpy.ascontiguousarray(array) instead.`)
  }
  const [, type, elementBytes] = element
  const expected = shape.reduce((product, size) => product * size, elementBytes)
  const data = file.subarray(end)
  if (data.length !== expected) {
    throw new RangeError(`${name} holds ${data.length} bytes of elements, its shape says ${expected}.`)
  }
  return { type, shape, data }
}

/** The bytes of a .npy file, version 1.0. `undefined` for a type that NumPy itself doesn't have. */
export function formatNpy({ type, shape, data }: NpyArray): Uint8Array | undefined {
  const descriptor = types.find(([, known]) => known === type)?.[0]
  if (descriptor === undefined) return undefined
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ")
  const dictionary = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${sizes}), }`
  // The elements begin at a multiple of 64, so that the file can be mapped; a line feed ends the header.
  const total = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const header = Buffer.alloc(total, " ")
  magic.copy(header)
  header.writeUInt16LE(0x0001, 6)
  header.writeUInt16LE(total - 10, 8)
  header.write(dictionary, 10, "latin1")
  header[total - 1] = 0x0a
  return Buffer.concat([header, data])
}
