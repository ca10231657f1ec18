import { type StatusName, statuses, statusName } from "./status.js"

/** What is the matter: the header's name of a status without CL_, or why there was no call. */
export type OpenCLErrorCode = StatusName | "UNKNOWN_STATUS" | "LIBRARY_NOT_FOUND" | "FUNCTION_NOT_FOUND"

export interface OpenCLErrorDetails {
  /** The C function, or this package's. */
  readonly call?: string
  /** What was expected and got, in sentences. Instead of the status's own sentence. */
  readonly detail?: string
  /** What the compiler or linker printed. */
  readonly buildLog?: string
  readonly cause?: unknown
}

const brand: unique symbol = Symbol.for("strongroom.opencl.error") as never

/** Something that OpenCL refused, or that this package refused before it reached the driver. */
export class OpenCLError extends Error {
  override readonly name = "OpenCLError"
  readonly code: OpenCLErrorCode
  /** The number that OpenCL gives, below 0; 0 where there is none. */
  readonly status: number
  declare readonly call?: string
  declare readonly buildLog?: string

  constructor(code: OpenCLErrorCode, message: string, status = 0, details: OpenCLErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.status = status
    if (details.call !== undefined) this.call = details.call
    if (details.buildLog !== undefined) this.buildLog = details.buildLog
    Object.defineProperty(this, brand, { value: true })
  }

  /** True also for errors of another copy of this package. */
  static is(value: unknown): value is OpenCLError {
    return typeof value === "object" && value !== null && brand in value
  }
}

/** The error of a status by its name: it starts with node-opencl's words for it. */
export function refusal(name: StatusName, details: OpenCLErrorDetails = {}): OpenCLError {
  const { code, words, sentence } = statuses[name]
  const source = details.call === undefined ? "" : `${details.call}: `
  const log = details.buildLog === undefined ? "" : `\n${details.buildLog}`
  const message = `${words.replace(/\.$/, "")}${words.endsWith(".") ? ". " : ": "}${source}${details.detail ?? sentence} (CL_${name}, ${code})${log}`
  return new OpenCLError(name, message, code, details)
}

/** The error of a status by its number. */
export function failure(status: number, details: OpenCLErrorDetails = {}): OpenCLError {
  const name = statusName(status)
  if (name !== undefined) return refusal(name, details)
  const message = `Unknown error: ${details.call ?? "OpenCL"} gave the status ${status}, which isn't in OpenCL 3.0: your driver's manual may have it.`
  return new OpenCLError("UNKNOWN_STATUS", message, status, details)
}
