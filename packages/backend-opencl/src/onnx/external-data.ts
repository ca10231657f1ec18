import { malformed } from "./malformed.js"
import { type Budget, walk } from "./message.js"
import type { OnnxData } from "./model.js"

/**
 * The keys `location`, `offset` and `length` of TensorProto.external_data, a list of StringStringEntryProto: key = 1,
 * value = 2. Where the data is; whether it is there, only the parts say.
 */
export function readExternalData(entries: readonly Uint8Array[], byteLength: number, budget: Budget): OnnxData {
  const found = new Map<string, string>()
  for (const entry of entries) {
    let key = ""
    let value = ""
    walk(entry, budget, (field) => {
      if (field.number === 1) key = field.text()
      if (field.number === 2) value = field.text()
    })
    found.set(key, value)
  }
  const location = found.get("location") ?? ""
  if (location === "") throw malformed("a tensor's data is in another file, but it doesn't say in which")
  const offset = decimal(found.get("offset") ?? "0")
  if (decimal(found.get("length") ?? String(byteLength)) < byteLength) {
    throw malformed("a tensor's data in another file is shorter than the tensor")
  }
  if (!Number.isSafeInteger(offset + byteLength)) throw malformed("a tensor's data in another file ends above 2^53")
  return { location, offset, byteLength }
}

function decimal(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw malformed("the place of a tensor's data in another file isn't a number")
  return value
}
