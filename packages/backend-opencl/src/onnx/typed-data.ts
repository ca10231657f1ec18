import { BinaryReader } from "@bufbuild/protobuf/wire"
import type { ElementType } from "@strongroom/core/backend"
import { tensorByteLength } from "@strongroom/core/host"
import { malformed } from "./malformed.js"
import { attempt } from "./message.js"

/**
 * Which of TensorProto's fields has the elements of a type: float_data = 4, int32_data = 5, int64_data = 7,
 * double_data = 10, uint64_data = 11.
 */
const fieldOf: Readonly<Record<ElementType, 4 | 5 | 7 | 10 | 11>> = {
  float32: 4,
  float64: 10,
  int64: 7,
  ...{ uint32: 11, uint64: 11 },
  ...{ int8: 5, uint8: 5, int16: 5, uint16: 5, int32: 5, bool: 5 },
  // As their bits.
  ...{ float16: 5, bfloat16: 5, int4: 5, uint4: 5 },
}

/**
 * The bytes of `count` elements from the fields that were found, by number. A view where they lie there as they should;
 * more or fewer bytes only of types that aren't encoded.
 *
 * @throws StrongroomError `backend-failed` where they aren't so many of that type.
 */
export function decodeElements(
  fields: ReadonlyMap<number, readonly Uint8Array[]>,
  type: ElementType,
  count: number,
): Uint8Array {
  const encoded = joined(fields.get(fieldOf[type]) ?? [])
  if (type === "float32" || type === "float64") return encoded
  const nibbles = type === "int4" || type === "uint4"
  return bytesOf(decodeVarints(encoded, type, nibbles ? tensorByteLength(type, [count]) : count))
}

/** int64 elements, however many there are. */
export function decodeInt64s(encoded: Uint8Array): readonly bigint[] {
  const reader = new BinaryReader(encoded)
  const values: bigint[] = []
  while (reader.pos < reader.len) values.push(attempt(() => BigInt(reader.int64())))
  return values
}

/** One behind the other: a list may come in pieces. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = pieces
  if (others.length === 0) return first ?? new Uint8Array()
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.length
  }
  return whole
}

type Varints =
  | BigInt64Array
  | BigUint64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

function decodeVarints(encoded: Uint8Array, type: Exclude<ElementType, "float32" | "float64">, count: number): Varints {
  // Each takes a byte at least: no memory is taken for what can't be there.
  if (count > encoded.length) throw malformed("a tensor has fewer elements than its shape says")
  const reader = new BinaryReader(encoded)
  const values = attempt(() => read[type](reader, count))
  if (values === undefined) throw malformed("a tensor's element is no number of its type")
  if (reader.pos !== encoded.length) throw malformed("a tensor has more elements than its shape says")
  return values
}

const read: Readonly<
  Record<Exclude<ElementType, "float32" | "float64">, (reader: BinaryReader, count: number) => Varints | undefined>
> = {
  int64(reader, count) {
    const values = new BigInt64Array(count)
    for (let index = 0; index < count; index++) values[index] = BigInt(reader.int64())
    return values
  },
  uint64(reader, count) {
    const values = new BigUint64Array(count)
    for (let index = 0; index < count; index++) values[index] = BigInt(reader.uint64())
    return values
  },
  uint32: (reader, count) => numbers(new Uint32Array(count), () => Number(reader.uint64())),
  int32: (reader, count) => numbers(new Int32Array(count), () => reader.int32()),
  int16: (reader, count) => numbers(new Int16Array(count), () => reader.int32()),
  uint16: (reader, count) => numbers(new Uint16Array(count), () => reader.int32()),
  float16: (reader, count) => numbers(new Uint16Array(count), () => reader.int32()),
  bfloat16: (reader, count) => numbers(new Uint16Array(count), () => reader.int32()),
  int8: (reader, count) => numbers(new Int8Array(count), () => reader.int32()),
  uint8: (reader, count) => numbers(new Uint8Array(count), () => reader.int32()),
  uint4: (reader, count) => numbers(new Uint8Array(count), () => reader.int32()),
  // Two signed nibbles are a byte that writers take for either.
  int4: (reader, count) => numbers(new Uint8Array(count), () => reader.int32() & 0xff),
  bool: (reader, count) => numbers(new Uint8Array(count), () => (reader.int32() === 0 ? 0 : 1)),
}

/** `undefined` where one doesn't fit. */
function numbers<T extends Exclude<Varints, BigInt64Array | BigUint64Array>>(
  values: T,
  next: () => number,
): T | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = next()
    values[index] = value
    if (values[index] !== value) return undefined
  }
  return values
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Varints) => new Uint8Array(buffer, byteOffset, byteLength)
