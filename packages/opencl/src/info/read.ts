import { check } from "../native/check.js"
import type { Pointer, Wide } from "../native/function-types.js"
import { decode } from "./decode.js"
import type { InfoKind, InfoValues } from "./kinds.js"

/** The last three parameters of every clGet*Info function: room in bytes, where to, how much there was. Its status. */
export type InfoQuery = (size: Wide, value: Pointer, sizeReturned: Pointer) => number

const variable: ReadonlySet<InfoKind> = new Set([
  "string",
  "uints",
  "sizes",
  "ulongs",
  "properties",
  "namedVersions",
  "bytes",
  "devices",
])

/** Enough for every value of one size; a driver that gives 4 bytes where others give 8 leaves the rest zero. */
const roomForOne = 8

const sizeReturned = new BigUint64Array(1)

/**
 * Asks for one parameter.
 *
 * @param call the C function, for the message
 * @throws OpenCLError with the status that the query gave
 */
export function readInfo<Kind extends InfoKind>(kind: Kind, call: string, query: InfoQuery): InfoValues[Kind] {
  const bytes = Buffer.alloc(variable.has(kind) ? sizeOf(call, query) : roomForOne)
  if (bytes.length > 0) check(query(bytes.length, bytes, null), call)
  return decode(kind, bytes)
}

function sizeOf(call: string, query: InfoQuery): number {
  check(query(0, null, sizeReturned), call)
  return Number(sizeReturned[0])
}
