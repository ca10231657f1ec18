import type { Tensor } from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import { elementCount, toRaw, toTensor } from "@strongroom/core/host"

type Compute = (...inputs: RawTensor[]) => RawTensor

/** What the reference engine computes, by the names that programs use. Inputs are only read. */
export const operators: { readonly [name: string]: Compute } = {
  identity: (input) => copy(required(input)),
  add: (left, right) =>
    elementwise(
      left,
      right,
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  subtract: (left, right) =>
    elementwise(
      left,
      right,
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  matmul: (left, right) => multiply(required(left), required(right)),
  not: (input) => invert(required(input)),
}

function required(input: RawTensor | undefined): RawTensor {
  if (input === undefined) throw new Error("A node has too few inputs.")
  return input
}

export function copy(input: RawTensor): RawTensor {
  return input.type === "string" ? { ...input, data: [...input.data] } : { ...input, data: new Uint8Array(input.data) }
}

/** `right` may lack outer dimensions: it is used again and again. */
function elementwise(
  left: RawTensor | undefined,
  right: RawTensor | undefined,
  real: (a: number, b: number) => number,
  wide: (a: bigint, b: bigint) => bigint,
): RawTensor {
  const a = toTensor(required(left))
  const b = toTensor(required(right))
  const suffix = a.shape.slice(a.shape.length - b.shape.length)
  if (a.type !== b.type || suffix.some((size, index) => size !== b.shape[index])) {
    throw new Error(`Tensors of ${a.type} [${a.shape}] and ${b.type} [${b.shape}] don't go together.`)
  }
  if (a.type === "int64" && b.type === "int64") {
    const data = a.data.map((value, index) => wide(value, b.data[index % b.data.length] ?? 0n))
    return toRaw({ ...a, data })
  }
  const other = numbers(b)
  return toRaw(
    withNumbers(
      a,
      numbers(a).map((value, index) => real(value, other[index % other.length] ?? 0)),
    ),
  )
}

function multiply(left: RawTensor, right: RawTensor): RawTensor {
  const a = toTensor(left)
  const b = toTensor(right)
  const [rows = 0, inner = 0] = a.shape
  const [innerToo = 0, columns = 0] = b.shape
  if (inner !== innerToo) throw new Error(`Matrices of [${a.shape}] and [${b.shape}] can't be multiplied.`)
  const [x, y] = [numbers(a), numbers(b)]
  const data = new Float32Array(elementCount([rows, columns]))
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let k = 0; k < inner; k++) sum += (x[row * inner + k] ?? 0) * (y[k * columns + column] ?? 0)
      data[row * columns + column] = sum
    }
  }
  return toRaw({ type: "float32", shape: [rows, columns], data })
}

function invert(input: RawTensor): RawTensor {
  if (input.type !== "bool") throw new Error(`There is no "not" of ${input.type}.`)
  return { ...input, data: input.data.map((value) => 1 - value) }
}

function numbers(tensor: Tensor): Float32Array | Int32Array {
  if (tensor.type === "float32" || tensor.type === "int32") return tensor.data
  throw new Error(`There is no arithmetic of ${tensor.type}.`)
}

function withNumbers(like: Tensor, data: Float32Array | Int32Array): Tensor {
  return { ...like, data } as Tensor
}
