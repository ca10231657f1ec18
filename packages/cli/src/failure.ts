import { StrongroomError } from "@strongroom/core"
import { CommanderError } from "commander"
import { printable } from "./terminal.js"

/** How a command that didn't succeed ends. */
export interface Failure {
  /** A code of spec/errors.md, or one of this program's own: `usage`, `aborted`, `internal`. */
  readonly code: string
  /** One line. */
  readonly message: string
  readonly exitCode: number
}

/** The reason with which Ctrl-C and its kin abort: the exit code is 128 and the signal's number, as shells have it. */
export class Interruption extends Error {
  readonly exitCode: number

  constructor(signalNumber: number) {
    super("Interrupted; nothing half-written was left.")
    this.exitCode = 128 + signalNumber
  }
}

/**
 * What to tell of `error`. An interruption wins over whatever it made fail. Misuse, by the command line's own rules or
 * as a TypeError or RangeError from the values given, is 2; all else is 1.
 */
export function failureOf(error: unknown, signal: AbortSignal): Failure {
  const cause: unknown = signal.aborted ? signal.reason : error
  if (cause instanceof Interruption) return { code: "aborted", message: cause.message, exitCode: cause.exitCode }
  if (StrongroomError.is(cause)) return { code: cause.code, message: oneLine(cause.message), exitCode: 1 }
  if (cause instanceof CommanderError) {
    // Commander has shown the help by then.
    if (cause.code === "commander.help") return { code: "usage", message: "Say which command.", exitCode: 2 }
    return { code: "usage", message: oneLine(cause.message).replace(/^error: /, ""), exitCode: 2 }
  }
  const message = oneLine(cause instanceof Error ? cause.message : String(cause))
  if (cause instanceof TypeError || cause instanceof RangeError) return { code: "usage", message, exitCode: 2 }
  return { code: "internal", message: `${message} (STRONGROOM_DEBUG=1 shows where.)`, exitCode: 1 }
}

/** An error's message in one line, for where it is part of a result. */
export function failureText(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error))
}

function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*\n\s*/g, " "))
}
