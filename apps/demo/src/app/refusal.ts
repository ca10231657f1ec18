import { StrongroomError } from "@strongroom/vault"
import { PictureError } from "./decode-picture.js"

/** Why a request isn't answered as asked: a status, and what the body `{ error: { code, message } }` says. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: { readonly [name: string]: string }

  constructor(status: number, code: string, message: string, headers: { readonly [name: string]: string } = {}) {
    super(message)
    this.name = "Refusal"
    this.status = status
    this.code = code
    this.headers = headers
  }
}

const pictureStatus = { "not-a-picture": 415, "picture-damaged": 400, "picture-too-large": 413 } as const

/** The refusal that an error is to a client; `undefined` for one that nobody expected. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (error instanceof PictureError) return new Refusal(pictureStatus[error.code], error.code, error.message)
  if (!StrongroomError.is(error)) return undefined
  // The next request finds another vault.
  const passing = error.code === "vault-exited" || error.code === "vault-closed"
  return new Refusal(passing ? 503 : 500, error.code, error.message, passing ? { "Retry-After": "2" } : {})
}
