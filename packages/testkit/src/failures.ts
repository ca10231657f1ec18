import { type ErrorCode, StrongroomError } from "@strongroom/core"
import * as assert from "./assert.js"

/** The error that `promise` rejects with: it must be this project's, with one of `codes`. */
export async function failure(promise: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<StrongroomError> {
  const error: unknown = await promise.then(
    () => assert.fail(`Expected a rejection with ${codes.join(" or ")}; it was fulfilled.`),
    (reason: unknown) => reason,
  )
  assert.ok(StrongroomError.is(error), `Expected a StrongroomError, not ${error}.`)
  assert.ok(codes.includes(error.code), `Expected ${codes.join(" or ")}, not ${error.code}: ${error.message}`)
  return error
}

/** A signal that has aborted, and its reason. */
export function aborted(): { readonly signal: AbortSignal; readonly reason: Error } {
  const reason = new Error("The testkit aborts.")
  return { signal: AbortSignal.abort(reason), reason }
}

/** A moment for what an engine does behind the caller's back. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
