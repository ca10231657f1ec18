import { type ErrorCode, errorCodes, StrongroomError } from "@strongroom/core"
import type { WireError } from "./wire-error.js"

/** The same error on this side: a StrongroomError, a TypeError, a RangeError or an AbortError as itself; nothing else. */
export function errorFromWire({ name, code, message }: WireError): Error {
  if (code !== null && isErrorCode(code)) return new StrongroomError(code, message)
  if (name === "TypeError") return new TypeError(message)
  if (name === "RangeError") return new RangeError(message)
  if (name === "AbortError" || name === "TimeoutError") return new DOMException(message, name)
  return new StrongroomError("backend-failed", message)
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}
