import { describe, expect, it } from "vitest"
import { formatNpy, isNpy, parseNpy } from "../src/npy.js"

/** A file as NumPy makes it: the header's text is from `numpy.save` itself. */
function npyFile(header: string, data: Uint8Array, major = 1): Buffer {
  const text = Buffer.from(`${header.padEnd(64 * Math.ceil((header.length + 13) / 64) - 13)}\n`, "latin1")
  const length = Buffer.alloc(major === 1 ? 2 : 4)
  length.writeUIntLE(text.length, 0, length.length)
  return Buffer.concat([Buffer.from("\u0093NUMPY", "latin1"), Buffer.from([major, 0]), length, text, data])
}

const floats = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer)
const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

describe("npy", () => {
  it.each([1, 2, 3])("reads version %i.0", (major) => {
    expect(parseNpy(npyFile(header, floats, major), "x")).toEqual({ type: "float32", shape: [2, 3], data: floats })
  })

  it.each([
    ["()", []],
    ["(4,)", [4]],
    ["(0, 3)", [0, 3]],
  ])("reads the shape %s", (text, shape) => {
    const bytes = Buffer.alloc(shape.reduce((product, size) => product * size, 1))
    const file = npyFile(`{'descr': '|u1', 'fortran_order': False, 'shape': ${text}, }`, bytes)
    expect(parseNpy(file, "x")).toEqual({ type: "uint8", shape, data: bytes })
  })

  it.each([
    ["float16", 2],
    ["float32", 4],
    ["float64", 8],
    ["int8", 1],
    ["int16", 2],
    ["int32", 4],
    ["int64", 8],
    ["uint8", 1],
    ["uint16", 2],
    ["uint32", 4],
    ["uint64", 8],
    ["bool", 1],
  ] as const)("writes %s so that it reads the same", (type, size) => {
    for (const shape of [[], [3], [2, 3, 1]]) {
      const count = shape.reduce((product, extent) => product * extent, 1)
      const array = { type, shape, data: Buffer.from(Array.from({ length: count * size }, (_, index) => index & 1)) }
      const file = formatNpy(array)
      if (file === undefined) throw new Error("not written")
      expect(isNpy(file)).toBe(true)
      expect((file.length - array.data.length) % 64).toBe(0)
      expect(parseNpy(file, "x")).toEqual(array)
    }
  })

  it("has no .npy for types that NumPy lacks", () => {
    expect(formatNpy({ type: "bfloat16", shape: [1], data: new Uint8Array(2) })).toBeUndefined()
    expect(formatNpy({ type: "int4", shape: [2], data: new Uint8Array(1) })).toBeUndefined()
  })

  it.each([
    ["no file at all", Buffer.alloc(0), /isn't a \.npy/],
    ["cut in its length", npyFile(header, floats).subarray(0, 9), /isn't a \.npy/],
    ["cut in its header", npyFile(header, floats).subarray(0, 60), /damaged/],
    ["cut in its elements", npyFile(header, floats).subarray(0, -1), /23 bytes .* 24/],
    ["too long", npyFile(header, Buffer.concat([floats, floats])), /48 bytes .* 24/],
    ["of another version", npyFile(header, floats, 4), /version 4/],
    ["big-endian", npyFile(header.replace("<f4", ">f4"), floats), />f4/],
    ["of complex numbers", npyFile(header.replace("<f4", "<c8"), floats), /<c8/],
    ["structured", npyFile(header.replace("'<f4'", "[('a', '<f4')]"), floats), /structured/],
    ["in Fortran order", npyFile(header.replace("False", "True"), floats), /ascontiguousarray/],
    ["without a shape", npyFile("{'descr': '<f4', 'fortran_order': False}", floats), /damaged/],
  ])("refuses what is %s", (_what, file, message) => expect(() => parseNpy(file, "x")).toThrow(message))
})
