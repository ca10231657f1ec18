import type { Plaintext } from "../backend.js"
import { StrongroomError } from "../errors.js"

/** Plaintext on the JavaScript heap: what a host without memory of its own gives. */
export function heapPlaintext(byteLength: number): Plaintext {
  const bytes = new Uint8Array(byteLength)
  return { bytes, close: () => void bytes.fill(0) }
}

/** Hands out plaintext and closes what its receivers leave behind. */
export interface PlaintextPool {
  /** @throws StrongroomError `out-of-memory`; RangeError for a length out of limits. */
  allocate(byteLength: number): Plaintext
  close(): void
}

const mostBytes = 2 ** 32

/** A pool over `allocate`: closing it closes every {@link Plaintext} that is still open. */
export function plaintextPool(allocate: (byteLength: number) => Plaintext): PlaintextPool {
  const open = new Set<Plaintext>()
  return {
    allocate(byteLength) {
      if (!Number.isSafeInteger(byteLength) || byteLength < 0 || byteLength > mostBytes) {
        throw new RangeError(`Plaintext has from 0 to ${mostBytes} bytes, not ${byteLength}.`)
      }
      const inner = claim(allocate, byteLength)
      const plaintext: Plaintext = {
        bytes: inner.bytes,
        ...(inner.address === undefined ? {} : { address: inner.address }),
        close() {
          if (open.delete(plaintext)) inner.close()
        },
      }
      open.add(plaintext)
      return plaintext
    },
    close() {
      for (const plaintext of open) plaintext.close()
    },
  }
}

/** Runs `allocate`; the engine's word for "no room" (a RangeError) becomes this project's. */
export function claim<T>(allocate: (byteLength: number) => T, byteLength: number): T {
  try {
    return allocate(byteLength)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new StrongroomError("out-of-memory", `There is no room for ${byteLength} bytes in one piece.`, {
      cause: error,
    })
  }
}
