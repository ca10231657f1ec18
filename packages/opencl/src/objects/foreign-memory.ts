import { viewOf } from "../native/memory.js"

/** Memory of the driver, lent to JavaScript. */
export interface Loan {
  /** Whoever keeps it keeps the lender: see {@link keepLender}. */
  readonly buffer: ArrayBuffer
  /**
   * Ends the loan: the buffer has no bytes any more, nor has any view of it. Doesn't keep the buffer, whose collection
   * may be what ends the loan. Gives the buffer if it couldn't be detached: then the memory has to stay until the buffer
   * is garbage.
   */
  readonly takeBack: () => ArrayBuffer | undefined
}

type Transferable = ArrayBuffer & { transfer?(): ArrayBuffer }

/** Node 20 has no `transfer()`, the only thing that detaches an ArrayBuffer over foreign memory. */
const canDetach = typeof (ArrayBuffer.prototype as Transferable).transfer === "function"

/**
 * Lends memory without copying it; or, where a loan couldn't be ended, a copy that is copied back if it is still there.
 *
 * @param reads whether JavaScript is to see what is there
 * @param writes whether the memory is to get what JavaScript writes
 */
export function lend(address: bigint, byteLength: number, reads: boolean, writes: boolean): Loan {
  return canDetach ? lendItself(address, byteLength) : lendCopy(address, byteLength, reads, writes)
}

/** Lends memory without copying it. */
export function lendItself(address: bigint, byteLength: number): Loan {
  const buffer: Transferable = viewOf(address, byteLength)
  const seen = new WeakRef(buffer)
  return { buffer, takeBack: () => endOf(seen) }
}

function endOf(seen: WeakRef<Transferable>): ArrayBuffer | undefined {
  const buffer = seen.deref()
  if (!canDetach) return buffer
  buffer?.transfer?.()
  return undefined
}

function lendCopy(address: bigint, byteLength: number, reads: boolean, writes: boolean): Loan {
  const buffer = new ArrayBuffer(byteLength)
  const memory = new Uint8Array(viewOf(address, byteLength))
  if (reads) new Uint8Array(buffer).set(memory)
  return { buffer, takeBack: copyBack(memory, new WeakRef(buffer), writes) }
}

/** In a scope of its own, which doesn't keep the buffer. */
function copyBack(memory: Uint8Array, seen: WeakRef<ArrayBuffer>, writes: boolean): () => undefined {
  return () => {
    const buffer = seen.deref()
    if (buffer === undefined) return
    if (writes) memory.set(new Uint8Array(buffer))
    structuredClone(buffer, { transfer: [buffer] })
  }
}

const lenders = new WeakMap<ArrayBuffer, object>()

/** Keeps an object for as long as the buffer: if it were collected before, it would end the loan. */
export function keepLender(buffer: ArrayBuffer, lender: object): ArrayBuffer {
  lenders.set(buffer, lender)
  return buffer
}
