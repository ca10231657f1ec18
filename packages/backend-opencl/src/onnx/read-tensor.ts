import type { ElementType } from "@strongroom/core/backend"
import { elementCount, tensorByteLength } from "@strongroom/core/host"
import { isOtherType, typeOf } from "./data-types.js"
import { readExternalData } from "./external-data.js"
import { limits } from "./limits.js"
import { malformed } from "./malformed.js"
import { type Budget, type Field, spendFields, spendObject, walk } from "./message.js"
import type { OnnxData, OnnxTensor } from "./model.js"
import { decodeElements, decodeInt64s, joined } from "./typed-data.js"

export interface NamedTensor {
  readonly name: string
  readonly tensor: OnnxTensor
}

/** What a TensorProto says, as it says it. */
interface Written {
  name: string
  dataType: bigint
  readonly dims: Uint8Array[]
  raw: Uint8Array | undefined
  /** Of float_data, int32_data, int64_data, double_data and uint64_data: the encoded elements, by the field's number. */
  readonly elements: Map<number, Uint8Array[]>
  readonly strings: string[]
  readonly external: Uint8Array[]
  isExternal: boolean
}

export function readTensor(message: Uint8Array, budget: Budget): NamedTensor {
  spendObject(budget)
  const written = readWritten(message, budget)
  const shape = readDims(written.dims, budget)
  return { name: written.name, tensor: { ...readContent(written, shape, budget), shape } }
}

/**
 * TensorProto: dims = 1, data_type = 2, segment = 3, float_data = 4, int32_data = 5, string_data = 6, int64_data = 7,
 * name = 8, raw_data = 9, double_data = 10, uint64_data = 11, external_data = 13, data_location = 14 (1 is EXTERNAL).
 */
function readWritten(message: Uint8Array, budget: Budget): Written {
  const written: Written = {
    name: "",
    dataType: 0n,
    dims: [],
    raw: undefined,
    elements: new Map(),
    strings: [],
    external: [],
    isExternal: false,
  }
  walk(message, budget, (field) => {
    switch (field.number) {
      case 1:
        written.dims.push(field.elements())
        break
      case 2:
        written.dataType = field.int()
        break
      case 3:
        throw malformed("a tensor is a piece of one, which no operator set has a use for")
      case 4:
      case 5:
      case 7:
      case 10:
      case 11:
        addElements(written.elements, field)
        break
      case 6:
        written.strings.push(field.text())
        break
      case 8:
        written.name = field.text()
        break
      case 9:
        written.raw = field.bytes()
        break
      case 13:
        written.external.push(field.bytes())
        break
      case 14:
        written.isExternal = field.int() === 1n
        break
    }
  })
  return written
}

function addElements(elements: Map<number, Uint8Array[]>, field: Field): void {
  const before = elements.get(field.number)
  if (before) before.push(field.elements())
  else elements.set(field.number, [field.elements()])
}

/** @throws StrongroomError `backend-failed` where they aren't a shape. */
export function readDims(dims: readonly Uint8Array[], budget: Budget): readonly number[] {
  const shape = decodeInt64s(joined(dims)).map(Number)
  spendFields(budget, shape.length)
  if (shape.length > limits.mostRank) throw malformed(`a tensor has more than ${limits.mostRank} dimensions`)
  try {
    elementCount(shape)
  } catch {
    throw malformed("a tensor's sizes are negative, or more than 2^53 elements together")
  }
  return shape
}

function readContent(written: Written, shape: readonly number[], budget: Budget): Omit<OnnxTensor, "shape"> {
  const type = typeOf(written.dataType)
  if (type === "string") return { type, data: { strings: readStrings(written, shape) } }
  if (type !== undefined) return { type, data: readData(written, type, shape, budget) }
  if (!isOtherType(written.dataType)) throw malformed("a tensor has no type, or one that ONNX doesn't have")
  return { type: "other", data: { bytes: written.raw ?? new Uint8Array() } }
}

function readStrings({ strings, raw, elements, isExternal }: Written, shape: readonly number[]): readonly string[] {
  if (isExternal || raw || elements.size > 0)
    throw malformed("a tensor of strings holds numbers, or is in another file")
  if (strings.length !== elementCount(shape)) throw malformed("a tensor has more or fewer strings than its shape says")
  return strings
}

function readData(written: Written, type: ElementType, shape: readonly number[], budget: Budget): OnnxData {
  const byteLength = tensorByteLength(type, shape)
  if (written.isExternal) return readExternalData(written.external, byteLength, budget)
  const { raw, elements, strings } = written
  const kinds = elements.size + (raw ? 1 : 0) + (strings.length > 0 ? 1 : 0)
  if (kinds > 1) throw malformed("a tensor's data is there in two ways")
  const bytes = raw ?? decodeElements(elements, type, elementCount(shape))
  if (bytes.byteLength !== byteLength) throw malformed("a tensor has more or fewer bytes than its shape says")
  return { bytes: type === "bool" ? zerosAndOnes(bytes) : bytes }
}

/** Whatever else is true as well. */
function zerosAndOnes(bytes: Uint8Array): Uint8Array {
  return bytes.some((value) => value > 1) ? bytes.map((value) => Math.min(value, 1)) : bytes
}
