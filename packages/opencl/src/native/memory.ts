import { loadLibrary } from "./library.js"

/** UTF-8 with a zero behind it. */
export function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`)
}

/** The text up to the first zero. */
export function fromCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end).toString()
}

/**
 * Where memory lies. It stays there as long as somebody holds the view: V8 keeps small views within their own object,
 * which it moves, until their `buffer` is asked for.
 */
export function addressOf(memory: NodeJS.ArrayBufferView | ArrayBufferLike): bigint {
  if (ArrayBuffer.isView(memory)) void memory.buffer
  return loadLibrary().koffi.address(memory)
}

/** Foreign memory as an ArrayBuffer. Whoever owns the memory sees to it that nothing looks at it after it is gone. */
export function viewOf(address: bigint, byteLength: number): ArrayBuffer {
  return loadLibrary().koffi.view(address, byteLength)
}

/** Pointers to memory, for parameters like `char **strings`. Hold `memory` until the call is over. */
export function pointersTo(memory: readonly Uint8Array[]): BigUint64Array {
  return BigUint64Array.from(memory, addressOf)
}
