import { refusal } from "../native/index.js"
import { describe } from "./objects.js"

/** Names and values of 64 bits, with the zero at the end that the driver looks for. */
export function propertyList(properties: readonly unknown[], call: string): BigInt64Array {
  const values = properties.map((value) => {
    if (typeof value === "bigint") return value
    if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value)
    throw refusal("INVALID_VALUE", { call, detail: `properties are whole numbers, got ${describe(value)}.` })
  })
  return BigInt64Array.from([...values, 0n])
}
