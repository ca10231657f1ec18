import type { ErrorCode } from "@strongroom/core"
import { type Checked, fields, nullable, text } from "./check.js"

/*
 * The channel's code loads nothing of core's, which the vault's main thread would have to wait for: so errors are plain
 * data here, and become core's class by error-from-wire.ts.
 */

/** An error as it crosses the channel: without its stack and without its cause, which may tell more than the message. */
export const wireError = fields({ name: text, code: nullable(text), message: text })
export type WireError = Checked<typeof wireError>

/** The name of core's error class, whose `code` is kept. */
export const strongroomErrorName = "StrongroomError"

/** Names of the errors that cross without a code: misuse, and what an aborted call rejects with. */
const codeless = ["TypeError", "RangeError", "AbortError", "TimeoutError"]

/**
 * Anything that was thrown. What the API doesn't throw, such as an error of the system's, gets the code `otherwise` and
 * loses its words, which may name files.
 */
export function toWireError(error: unknown, otherwise: ErrorCode = "backend-failed"): WireError {
  const { name, code, message } = membersOf(error)
  if (name === strongroomErrorName && code !== undefined) return { name, code, message: wordsOf(message) }
  if (name !== undefined && codeless.includes(name)) return { name, code: null, message: wordsOf(message) }
  const what = code ?? name ?? typeof error
  return { name: strongroomErrorName, code: otherwise, message: `Something failed that shouldn't: ${what}. Try again` }
}

function membersOf(error: unknown): { name?: string; code?: string; message?: unknown } {
  try {
    if (!(error instanceof Error)) return {}
    const { name, message } = error
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined
    return { ...(typeof name === "string" && { name }), ...(code !== undefined && { code }), message }
  } catch {
    return {}
  }
}

/** What somebody else's code threw needn't be an error, nor have a message that is text. */
export function wordsOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return "something that has no words"
  }
}

/** For what isn't a message of this channel: after it nothing on the channel can be believed. */
export function channelInvalid(message: string): Error {
  return failure("channel-invalid", `${message}: open another vault`)
}

/** An error that crosses the channel, or is told on this side, as a StrongroomError of that code. */
export function failure(code: ErrorCode, message: string): Error {
  return Object.assign(new Error(message), { name: strongroomErrorName, code })
}
