/** Memory of JavaScript that a command reads or writes: a typed array, a DataView, a Buffer, or a whole ArrayBuffer. */
export type HostMemory = NodeJS.ArrayBufferView | ArrayBufferLike

/**
 * The bytes of host memory, where they lie.
 *
 * @throws TypeError when it isn't memory, or its ArrayBuffer was transferred away
 * @throws RangeError when it is empty
 */
export function bytesOf(memory: HostMemory): Uint8Array {
  const isView = ArrayBuffer.isView(memory)
  const buffer: unknown = isView ? memory.buffer : memory
  if (!(buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer)) {
    throw new TypeError("Host memory is a typed array, a DataView or an ArrayBuffer.")
  }
  if (memory.byteLength === 0) throw emptyOrDetached(buffer)
  return isView
    ? new Uint8Array(buffer, memory.byteOffset, memory.byteLength)
    : new Uint8Array(buffer, 0, memory.byteLength)
}

/**
 * The bytes of host memory that a driver uses after the call has returned.
 *
 * @throws TypeError also for a resizable ArrayBuffer: shrinking it takes pages away from under the driver
 */
export function lastingBytesOf(memory: HostMemory): Uint8Array {
  const bytes = bytesOf(memory)
  if ((bytes.buffer as { readonly resizable?: boolean }).resizable) {
    throw new TypeError(
      "A resizable ArrayBuffer could shrink while the device uses it: pass one of fixed length, or use the call whose name ends in Sync.",
    )
  }
  return bytes
}

/**
 * To be called when a command that used host memory is complete.
 *
 * @throws TypeError when its ArrayBuffer was transferred away meanwhile
 */
export function checkStillThere(memory: HostMemory): void {
  if (memory.byteLength > 0) return
  throw new TypeError(
    "The ArrayBuffer of this host memory was transferred away while the device used it: transfer it when the promise has settled.",
  )
}

function emptyOrDetached(buffer: ArrayBufferLike): Error {
  try {
    new Uint8Array(buffer)
    return new RangeError("Host memory is empty: pass at least one byte.")
  } catch {
    return new TypeError("The ArrayBuffer of this host memory was transferred away: it has no bytes any more.")
  }
}
