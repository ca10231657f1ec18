import { fromHex, utf8 } from "../bytes.js"
import type { JsonObject, JsonValue } from "../json.js"
import { parseTime } from "./time.js"

/** Throws the error for a member that isn't what `expected` says. Never given the member's value: it may be secret. */
export type Refuse = (member: string, expected: string) => never

/** Reads the members of one JSON object, each with its type and limits. */
export function membersOf(object: JsonObject, refuse: Refuse) {
  const get = (member: string): JsonValue | undefined => object[member]
  return {
    has: (member: string): boolean => get(member) !== undefined,

    hex(member: string, byteLength: number): string {
      const value = get(member)
      if (isHex(value, byteLength)) return value
      return refuse(member, `${2 * byteLength} lower-case hex digits`)
    },

    hexList(member: string, byteLength: number, most: number): readonly string[] {
      const value = get(member)
      if (Array.isArray(value) && value.length <= most && value.every((item) => isHex(item, byteLength))) return value
      return refuse(member, `an array of at most ${most} strings of ${2 * byteLength} lower-case hex digits`)
    },

    integer(member: string, least: number, most: number): number {
      const value = get(member)
      if (typeof value === "number" && value >= least && value <= most) return value
      return refuse(member, `an integer from ${least} to ${most}`)
    },

    text(member: string, least: number, most: number): string {
      const value = get(member)
      if (isText(value, least, most)) return value
      return refuse(member, `a string of ${least} to ${most} UTF-8 bytes`)
    },

    word<T extends string>(member: string, words: readonly T[]): T {
      const value = words.find((word) => word === get(member))
      return value ?? refuse(member, `one of ${words.join(", ")}`)
    },

    time(member: string): Date {
      const value = get(member)
      const time = typeof value === "string" ? parseTime(value) : undefined
      return time ?? refuse(member, "a time such as 2030-01-31T00:00:00Z")
    },

    object(member: string): JsonObject {
      const value = get(member)
      if (isObject(value)) return value
      return refuse(member, "an object")
    },

    objects(member: string, most: number): readonly JsonObject[] {
      const value = get(member)
      if (Array.isArray(value) && value.length <= most && value.every(isObject)) return value
      return refuse(member, `an array of at most ${most} objects`)
    },

    array(member: string, most: number): readonly JsonValue[] {
      const value = get(member)
      if (Array.isArray(value) && value.length <= most) return value
      return refuse(member, `an array of at most ${most}`)
    },
  }
}

export function isText(value: JsonValue | undefined, least: number, most: number): value is string {
  // A string has at least one byte of UTF-8 for each of its units: the long ones needn't be encoded.
  if (typeof value !== "string" || value.length > most) return false
  const byteLength = utf8(value).length
  return byteLength >= least && byteLength <= most
}

function isHex(value: JsonValue | undefined, byteLength: number): value is string {
  return typeof value === "string" && value.length === 2 * byteLength && fromHex(value) !== undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
