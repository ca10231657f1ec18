import { describe, expect, it } from "vitest"
import { elementCount, elementTypes, tensorByteLength } from "../src/element-type.js"
import { toRaw, toTensor } from "../src/host/raw-tensor.js"
import { tensor } from "../src/tensor.js"

describe("tensor", () => {
  it("uses a typed array as it is, and copies the shape", () => {
    const data = Float32Array.of(1, 2)
    const shape = [2]
    const made = tensor("float32", shape, data)
    shape[0] = 9
    expect(made.data).toBe(data)
    expect(made.shape).toEqual([2])
  })

  it("converts numbers, bigints and booleans", () => {
    expect(tensor("float32", [2], [0.5, -1]).data).toEqual(Float32Array.of(0.5, -1))
    expect(tensor("float64", [], [0.1]).data).toEqual(Float64Array.of(0.1))
    expect(tensor("int8", [2], [-128, 127]).data).toEqual(Int8Array.of(-128, 127))
    expect(tensor("uint16", [1], [65535]).data).toEqual(Uint16Array.of(65535))
    expect(tensor("int32", [1], [-(2 ** 31)]).data).toEqual(Int32Array.of(-(2 ** 31)))
    expect(tensor("int64", [2], [-(2n ** 63n), 2n ** 63n - 1n]).data).toEqual(
      BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    )
    expect(tensor("int64", [1], [7]).data).toEqual(BigInt64Array.of(7n))
    expect(tensor("uint64", [1], [2n ** 64n - 1n]).data).toEqual(BigUint64Array.of(2n ** 64n - 1n))
    expect(tensor("bool", [3], [true, false, true]).data).toEqual(Uint8Array.of(1, 0, 1))
    expect(tensor("string", [1], ["text"]).data).toEqual(["text"])
  })

  it("packs 4-bit numbers two a byte, the low nibble first", () => {
    expect(tensor("uint4", [3], [1, 2, 15]).data).toEqual(Uint8Array.of(0x21, 0x0f))
    expect(tensor("int4", [2], [-1, -8]).data).toEqual(Uint8Array.of(0x8f))
    expect(tensor("int4", [3], Uint8Array.of(1, 2)).data).toEqual(Uint8Array.of(1, 2))
  })

  it.each<[string, () => unknown]>([
    ["too few elements", () => tensor("float32", [3], [1, 2])],
    ["too many bytes of 4-bit elements", () => tensor("int4", [3], new Uint8Array(3))],
    ["a negative size", () => tensor("float32", [-1], [])],
    ["33 dimensions", () => tensor("float32", new Array(33).fill(1), [1])],
    ["too many elements", () => tensor("float32", [2 ** 40, 2 ** 40], [1])],
    ["a value too large", () => tensor("int8", [1], [128])],
    ["a value too small", () => tensor("uint8", [1], [-1])],
    ["a fraction", () => tensor("int32", [1], [0.5])],
    ["a number that isn't exact", () => tensor("int64", [1], [2 ** 53])],
    ["a bool of 2", () => tensor("bool", [1], [2])],
  ])("throws a RangeError for %s", (_, make) => {
    expect(make).toThrow(RangeError)
  })

  it.each<[string, () => unknown]>([
    ["another typed array", () => tensor("float32", [1], new Float64Array(1) as never)],
    ["numbers for half floats", () => tensor("float16", [1], [1] as never)],
    ["numbers for strings", () => tensor("string", [1], [1] as never)],
    ["text for numbers", () => tensor("float32", [1], ["1"] as never)],
    ["no array", () => tensor("float32", [1], 1 as never)],
    ["no type", () => tensor("float33" as never, [1], [1] as never)],
    ["a shape that is none", () => tensor("float32", 1 as never, [1])],
  ])("throws a TypeError for %s", (_, make) => {
    expect(make).toThrow(TypeError)
  })
})

describe("sizes", () => {
  it("are counted, 4-bit elements in half bytes", () => {
    expect(elementCount([])).toBe(1)
    expect(elementCount([2, 0, 3])).toBe(0)
    expect(tensorByteLength("int4", [3])).toBe(2)
    expect(tensorByteLength("uint4", [4])).toBe(2)
    expect(tensorByteLength("bool", [3])).toBe(3)
    expect(tensorByteLength("bfloat16", [3])).toBe(6)
    expect(tensorByteLength("uint64", [2, 3])).toBe(48)
  })
})

describe("raw tensors", () => {
  it.each(elementTypes)("are views of %s, there and back", (type) => {
    const data = toTensor({ type, shape: [2], data: new Uint8Array(tensorByteLength(type, [2])).fill(1) }).data
    const raw = toRaw({ type, shape: [2], data } as never)
    expect((raw.data as Uint8Array).buffer).toBe((data as Uint8Array).buffer)
    expect(toTensor(raw)).toEqual({ type, shape: [2], data })
  })

  it("hold strings as they are", () => {
    const text = tensor("string", [1], ["text"])
    expect(toTensor(toRaw(text))).toEqual(text)
  })

  it("are copied only where bytes aren't aligned", () => {
    const bytes = Uint8Array.from({ length: 9 }, (_, index) => index)
    const made = toTensor({ type: "float32", shape: [2], data: bytes.subarray(1) })
    expect(new Uint8Array((made.data as Float32Array).buffer)).toEqual(bytes.slice(1))
    expect((made.data as Float32Array).buffer).not.toBe(bytes.buffer)
  })

  it("keep to the view's own bytes", () => {
    const whole = Float32Array.of(1, 2, 3)
    expect(toRaw(tensor("float32", [1], whole.subarray(1, 2))).data).toEqual(new Uint8Array(Float32Array.of(2).buffer))
  })

  it.each([
    undefined,
    {},
    { type: "float32", shape: [1], data: [1] },
    { type: "int8", shape: [1], data: new Uint8Array(1) },
  ])("are refused for what isn't a tensor: %o", (value) => {
    expect(() => toRaw(value as never)).toThrow(TypeError)
  })
})
