import { describe, expect, it } from "vitest"
import { concat } from "../../../../core/src/bytes.js"
import { bytes, externalTensor, int, model, tag, tensor, varint } from "../../../../core/test/import-messages.js"
import type { OnnxData, OnnxTensor } from "../../../src/onnx/model.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"
import { fixed32, floats, graphOf } from "./reading.js"

/** The only initialiser, of these fields of a TensorProto. */
function initializer(...fields: readonly Uint8Array[]): OnnxTensor {
  const { initializers } = graphOf(bytes(5, bytes(8, "w"), ...fields))
  return initializers.get("w") as OnnxTensor
}

const content = (data: OnnxData) => ("bytes" in data ? Array.from(data.bytes) : data)

describe("a tensor", () => {
  it("is a view where its bytes are in the file", () => {
    const file = Buffer.from(model([bytes(5, tensor("w", [2, 2], floats))]))
    const read = readOnnxModel(file).graph.initializers.get("w") as OnnxTensor
    expect(read).toStrictEqual({ type: "float32", shape: [2, 2], data: { bytes: floats } })
    expect("bytes" in read.data && read.data.bytes.buffer).toBe(file.buffer)
  })

  /** The bytes of numbers in an array of this class. */
  const of = (array: { readonly buffer: ArrayBufferLike }) => Array.from(new Uint8Array(array.buffer))
  const double = (value: number) => concat(tag(10, 1), new Uint8Array(Float64Array.of(value).buffer))

  it.each([
    ["float32", 1, 2, [bytes(4, floats.subarray(0, 8))], of(Float32Array.of(1, 2))],
    ["float32", 1, 2, [fixed32(4, 1), fixed32(4, 2)], of(Float32Array.of(1, 2))],
    ["float64", 11, 2, [double(1), double(2)], of(Float64Array.of(1, 2))],
    ["int32", 6, 3, [bytes(5, varint(-1), varint(2 ** 31 - 1)), int(5, 7)], of(Int32Array.of(-1, 2 ** 31 - 1, 7))],
    ["int16", 5, 2, [bytes(5, varint(-32768), varint(32767))], of(Int16Array.of(-32768, 32767))],
    ["int8", 3, 2, [bytes(5, varint(-128), varint(127))], of(Int8Array.of(-128, 127))],
    ["uint16", 4, 1, [int(5, 65535)], of(Uint16Array.of(65535))],
    ["uint8", 2, 1, [int(5, 255)], [255]],
    ["bool", 9, 3, [bytes(5, varint(0), varint(1), varint(5))], [0, 1, 1]],
    ["float16", 10, 1, [int(5, 0x3c00)], of(Uint16Array.of(0x3c00))],
    ["bfloat16", 16, 1, [int(5, 0xbf80)], of(Uint16Array.of(0xbf80))],
    ["int64", 7, 2, [bytes(7, varint(-1), varint(2n ** 62n))], of(BigInt64Array.of(-1n, 2n ** 62n))],
    ["uint64", 13, 1, [int(11, 2n ** 64n - 1n)], of(BigUint64Array.of(2n ** 64n - 1n))],
    ["uint32", 12, 1, [int(11, 2 ** 32 - 1)], of(Uint32Array.of(2 ** 32 - 1))],
    ["uint4", 21, 3, [bytes(5, varint(0x21), varint(0x03))], [0x21, 0x03]],
    ["int4", 22, 3, [bytes(5, varint(-1), varint(0x0f))], [0xff, 0x0f]],
    ["float32", 1, 0, [], []],
  ] as const)("%s (%i), %i elements from its own field", (type, number, count, fields, expected) => {
    const read = initializer(int(1, count), int(2, number), ...fields)
    expect(read).toMatchObject({ type, shape: [count] })
    expect(content(read.data)).toEqual(expected)
  })

  it("of truth values holds zeros and ones", () => {
    const read = initializer(int(1, 3), int(2, 9), bytes(9, Uint8Array.of(0, 1, 255)))
    expect(content(read.data)).toEqual([0, 1, 1])
  })

  it("of strings has them", () => {
    const read = initializer(int(1, 2), int(2, 8), bytes(6, "a"), bytes(6, ""))
    expect(read).toEqual({ type: "string", shape: [2], data: { strings: ["a", ""] } })
  })

  it("of a type without a name in the contract is of another", () => {
    expect(initializer(int(1, 1), int(2, 17), bytes(9, Uint8Array.of(1)))).toMatchObject({ type: "other", shape: [1] })
    expect(initializer(int(1, 1), int(2, 14), bytes(4, floats.subarray(0, 8)))).toMatchObject({ type: "other" })
  })

  it("in another file says where", () => {
    const read = (given: Parameters<typeof externalTensor>[1]) =>
      graphOf(bytes(5, externalTensor("w", given))).initializers.get("w")?.data
    expect(read({ location: "a/b.bin", offset: 8, length: 16 })).toEqual({
      location: "a/b.bin",
      offset: 8,
      byteLength: 16,
    })
    // A length may hold padding; an offset may be left out, and a length too.
    expect(read({ location: "b", length: 4096 })).toEqual({ location: "b", offset: 0, byteLength: 16 })
    expect(read({ location: "b", type: 22, dims: [3] })).toEqual({ location: "b", offset: 0, byteLength: 2 })
  })

  it("that is sparse is made dense, by places or by one index a dimension", () => {
    const values = concat(int(1, 2), int(2, 6), bytes(8, "w"), bytes(5, varint(7), varint(9)))
    const read = (indices: Uint8Array) => {
      const { initializers } = graphOf(bytes(15, bytes(1, values), bytes(2, indices), int(3, 2), int(3, 3)))
      return initializers.get("w")
    }
    const dense = {
      type: "int32",
      shape: [2, 3],
      data: { bytes: new Uint8Array(Int32Array.of(0, 7, 0, 0, 0, 9).buffer) },
    }
    expect(read(concat(int(1, 2), int(2, 7), bytes(7, varint(1), varint(5))))).toEqual(dense)
    const pairs = concat(int(1, 2), int(1, 2), int(2, 7), bytes(7, ...[0, 1, 1, 2].map(varint)))
    expect(read(pairs)).toEqual(dense)
  })
})
