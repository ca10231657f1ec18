/**
 * Every code an error of this project can carry, and what it means. The list is closed: spec/errors.md holds the same
 * one (a test compares them), the vectors use no other, and a code once released keeps its meaning.
 */
export const errorCodes = {
  // The sealed file
  "not-sealed-model": "The bytes don't begin like a sealed model.",
  "format-unsupported": "The file is of a format version that this release doesn't read.",
  "suite-unsupported": "The file uses a cipher suite that this release doesn't have.",
  "critical-unknown": "The file demands a feature that this release doesn't have.",
  "header-invalid": "The header is malformed or out of limits.",
  truncated: "The file is shorter than its header says.",
  "trailing-data": "The file is longer than its header says.",
  "tables-corrupt": "The tables don't have the digest that the header signs, or padding isn't zero.",
  "segment-corrupt": "A segment doesn't have its signed digest.",
  "decryption-failed": "A segment has its signed digest but doesn't decrypt.",
  "commitment-mismatch": "The content key isn't the one that sealed this model.",
  "manifest-invalid": "The manifest is malformed or out of limits.",
  // Trust
  "trust-missing": "No publisher is pinned.",
  "publisher-unknown": "The publisher isn't one that the app pins.",
  "signature-invalid": "A signature doesn't verify.",
  "keyring-invalid": "The publisher's keyring is malformed or not signed by its root key.",
  "keyring-expired": "The publisher's keyring has expired.",
  "keyring-rollback": "The keyring is older than one that the app has seen.",
  "key-revoked": "The signing key is revoked.",
  "key-not-authorised": "The signing key has no right to sign this.",
  "key-invalid": "A publisher's key isn't an Ed25519 key in PEM.",
  // Grants
  "not-a-grant": "The bytes don't begin like a grant.",
  "grant-invalid": "The grant is malformed or out of limits.",
  "grant-other-model": "The grant is for another model, or another seal of it.",
  "grant-not-yet-valid": "The grant isn't valid yet.",
  "grant-expired": "The grant has expired.",
  "grant-release": "The grant demands a later release of the model.",
  "grant-evidence": "The grant demands evidence that can't be given here.",
  "identity-invalid": "The identity can't be read as an age identity.",
  "identity-mismatch": "The grant isn't for this identity.",
  "passphrase-wrong": "The passphrase doesn't open the grant.",
  "recipient-invalid": "The recipient can't be read as an age recipient.",
  // Policy
  "policy-vault": "The publisher allows this model only in a vault.",
  "policy-cache": "The publisher doesn't allow this cache policy.",
  "policy-backend": "The publisher doesn't allow this backend.",
  "policy-guarantee": "A guarantee that the publisher or the app demands doesn't hold.",
  // Bytes in and out
  "source-missing": "There is nothing at the place named.",
  "source-unreadable": "The place named can't be read as a file.",
  "source-changed": "The bytes changed while they were read.",
  "source-ranges": "The server doesn't answer range requests.",
  "sink-failed": "The output can't be written.",
  "store-failed": "The artifact store can't be used: its artifacts are compiled again.",
  "import-failed": "The file isn't a model of its kind, or refers to data that isn't there.",
  // Backends and sessions
  "contract-version": "The backend was made for another contract version.",
  "backend-missing": "The backend's module or its engine can't be loaded.",
  "backend-failed": "The engine failed.",
  "kind-unsupported": "The backend doesn't run models of this kind.",
  "model-declined": "The backend can't run this model.",
  "out-of-memory": "There isn't enough memory.",
  "input-unknown": "The model has no input of this name.",
  "input-missing": "An input of the model isn't given.",
  "input-type": "An input's element type isn't the model's.",
  "input-shape": "An input's shape doesn't fit the model's.",
  "input-length": "An input's data isn't as long as its shape says.",
  "output-unknown": "The model has no output of this name.",
  "kept-invalid": "A kept output is closed, or of another session.",
  "session-closed": "The session is closed.",
  // The vault
  "vault-start": "The vault couldn't start.",
  "vault-exited": "The vault's process ended.",
  "vault-closed": "The vault is closed.",
  "channel-invalid": "The vault's channel carried something that isn't a message of it.",
} as const

/** A code from the closed list {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

const brand = Symbol.for("@strongroom/core/error")

/**
 * The one error class of this project. `code` is stable, `message` is free: it says what was expected, what was found
 * and what to do, and never holds a key, a plaintext byte or a part's name; of inputs and outputs, which a session shows
 * anyway, it may hold names, types and shapes. Misuse of the API is a `TypeError` or a `RangeError` instead, and an
 * aborted call rejects with its signal's reason.
 */
export class StrongroomError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "StrongroomError"
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }

  /** True for an error of this class from any copy of this package. */
  static is(value: unknown): value is StrongroomError {
    return typeof value === "object" && value !== null && (value as { [brand]?: unknown })[brand] === true
  }
}
