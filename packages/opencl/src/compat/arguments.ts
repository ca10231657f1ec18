/** What arguments may be, and the error for what they may not. */
import { refusal, type StatusName } from "../native/index.js"
import { type CLEvent, describe, eventOf } from "./objects.js"

/** Host memory, passed where it lies. Arrays of numbers aren't: they have no memory. */
export type HostMemory = NodeJS.ArrayBufferView | ArrayBufferLike

export type Optional<Type> = Type | null | undefined

export function isGiven<Type>(value: Optional<Type>): value is Type {
  return value !== null && value !== undefined
}

/** A size, an offset, a count: a whole number from 0. Nothing is 0. */
export function wholeNumber(value: unknown, name: string, call: string, status: StatusName = "INVALID_VALUE"): number {
  if (!isGiven(value)) return 0
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
  if (typeof value === "bigint" && value >= 0n && value <= Number.MAX_SAFE_INTEGER) return Number(value)
  throw refusal(status, { call, detail: `${name} is a whole number from 0, got ${describe(value)}.` })
}

/** Flags or one of the constants: -1 means all bits of 32, as it does in C. */
export function constantNumber(value: unknown, name: string, call: string): number {
  return typeof value === "number" && Number.isInteger(value) && value < 0 && value >= -(2 ** 31)
    ? value >>> 0
    : wholeNumber(value, name, call)
}

/** A list, of which nothing is an empty one. */
export function list(value: unknown, name: string, call: string): readonly unknown[] {
  if (!isGiven(value)) return []
  if (Array.isArray(value)) return value
  throw refusal("INVALID_VALUE", { call, detail: `${name} must be an array, got ${describe(value)}.` })
}

export function text(value: unknown, name: string, call: string, status: StatusName = "INVALID_VALUE"): string {
  if (typeof value === "string") {
    if (!value.includes("\0")) return value
    throw refusal(status, { call, detail: `${name} ends at its first U+0000 for the driver: take it out.` })
  }
  throw refusal(status, { call, detail: `${name} must be a string, got ${describe(value)}.` })
}

export function callback(value: unknown, call: string): ((...values: never[]) => void) | undefined {
  if (!isGiven(value)) return undefined
  if (typeof value === "function") return value as (...values: never[]) => void
  throw new TypeError(`${call}: the callback must be a function, got ${describe(value)}.`)
}

/** Host memory of at least so many bytes. */
export function hostMemory(value: unknown, least: number, call: string): HostMemory {
  if (!isGiven(value))
    throw refusal("INVALID_VALUE", { call, detail: `host memory is needed, got ${describe(value)}.` })
  if (!isHostMemory(value))
    throw new TypeError(
      `Unsupported type of buffer. Use node's Buffer or JS' ArrayBuffer or typed arrays: ${call} got ${describe(value)}.`,
    )
  if (value.byteLength < least)
    throw refusal("INVALID_VALUE", {
      call,
      detail: `the host memory has ${value.byteLength} bytes, and ${least} would be touched.`,
    })
  return value
}

export function isHostMemory(value: unknown): value is HostMemory {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer
}

/** Host memory whose address lasts: V8 moves small views until their `buffer` was looked at. */
export function pinned(memory: HostMemory): HostMemory {
  if (ArrayBuffer.isView(memory)) void memory.buffer
  return memory
}

/** The handles of a list, in memory; null for an empty one. */
export function handles(
  values: readonly unknown[],
  handle: (value: unknown, call: string) => bigint,
  call: string,
): BigUint64Array | null {
  return values.length === 0 ? null : BigUint64Array.from(values, (value) => handle(value, call))
}

/** The events that a command waits for; null for none. */
export function waitList(value: unknown, call: string): BigUint64Array | null {
  return isGiven(value) ? handles(list(value, "the wait list", call), eventOf, call) : null
}

export type WaitList = Optional<readonly CLEvent[]>
