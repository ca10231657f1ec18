import { StrongroomError } from "../errors.js"

/** Refuses misuse of a source's `read`, and a call that is aborted already. */
export function checkRead(offset: number, target: Uint8Array, signal: AbortSignal | undefined): void {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(`A read's offset must be an integer from 0, not ${offset}.`)
  }
  if (!(target instanceof Uint8Array)) throw new TypeError("A read's target must be a Uint8Array.")
  signal?.throwIfAborted()
}

/** @throws StrongroomError `truncated` when `length` bytes from `offset` aren't all within `byteLength`. */
export function checkWithin(offset: number, length: number, byteLength: number): void {
  if (offset + length <= byteLength) return
  throw new StrongroomError(
    "truncated",
    `Bytes ${offset} to ${offset + length} were expected, but there are only ${byteLength}. Get the whole file again.`,
  )
}
