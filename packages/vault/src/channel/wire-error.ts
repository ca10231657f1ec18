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

export function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "Error", code: null, message: String(error) }
  const { name, message } = error
  const code = "code" in error && typeof error.code === "string" && name === strongroomErrorName ? error.code : null
  return { name, code, message }
}

/** For what isn't a message of this channel: after it nothing on the channel can be believed. */
export function channelInvalid(message: string): Error {
  return failure("channel-invalid", `${message}: open another vault`)
}

/** An error that crosses the channel, or is told on this side, as a StrongroomError of that code. */
export function failure(code: ErrorCode, message: string): Error {
  return Object.assign(new Error(message), { name: strongroomErrorName, code })
}
