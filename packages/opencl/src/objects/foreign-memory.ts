import { viewOf } from "../native/memory.js"

/** Memory of the driver, lent to JavaScript. */
export interface LentMemory {
  /** The same every time. */
  buffer(): ArrayBuffer
  /**
   * Ends the loan: the buffer has no bytes any more, nor has any view of it. Gives the buffer if that couldn't be done:
   * then the memory has to stay until the buffer is garbage.
   */
  takeBack(): ArrayBuffer | undefined
}

type Transferable = ArrayBuffer & { transfer?(): ArrayBuffer }

/** Node 20 has no `transfer()`, the only thing that detaches an ArrayBuffer over foreign memory. */
const canDetach = typeof (ArrayBuffer.prototype as Transferable).transfer === "function"

/**
 * Lends memory without copying it; or, where a loan couldn't be ended, a copy that is copied back.
 *
 * @param reads whether JavaScript is to see what is there
 * @param writes whether the memory is to get what JavaScript writes
 */
export function lend(address: bigint, byteLength: number, reads: boolean, writes: boolean): LentMemory {
  return canDetach ? lendItself(address, byteLength) : lendCopy(address, byteLength, reads, writes)
}

/** Lends memory without copying it. The loan doesn't keep the buffer, whose collection may be what ends it. */
export function lendItself(address: bigint, byteLength: number): LentMemory {
  let seen: WeakRef<Transferable> | undefined
  return {
    buffer() {
      const buffer = seen?.deref() ?? viewOf(address, byteLength)
      seen = new WeakRef(buffer)
      return buffer
    },
    takeBack() {
      const buffer = seen?.deref()
      if (!canDetach) return buffer
      buffer?.transfer?.()
      return undefined
    },
  }
}

function lendCopy(address: bigint, byteLength: number, reads: boolean, writes: boolean): LentMemory {
  const memory = new Uint8Array(viewOf(address, byteLength))
  const copy = new Uint8Array(byteLength)
  if (reads) copy.set(memory)
  return {
    buffer: () => copy.buffer,
    takeBack() {
      if (writes) memory.set(copy)
      structuredClone(copy.buffer, { transfer: [copy.buffer] })
      return undefined
    },
  }
}
