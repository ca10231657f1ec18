import { StrongroomError } from "../errors.js"
import { type DocumentKind, readDocument } from "../format/document.js"
import { type Envelope, hasMagic, magicLength, splitEnvelope } from "../format/envelope.js"
import { limits } from "../format/limits.js"
import { membersOf, type Refuse } from "../format/members.js"
import { readTerms, type Terms } from "./terms.js"

export const grantFormat = "strongroom-grant/1-draft"

/** A grant as its file says it. Hex is lower case. */
export interface Grant {
  readonly format: typeof grantFormat
  /** Hex of the model's id. */
  readonly model: string
  /** Hex of the digest of the header's exact bytes: one seal of the model. */
  readonly header: string
  /** Hex of the publisher's root key. */
  readonly publisher: string
  /** Hex of the key that signed this grant. */
  readonly signer: string
  readonly terms: Terms
  /** The age file that holds the content key, binary. */
  readonly age: Uint8Array
}

const kind: DocumentKind = {
  name: "grant",
  invalid: "grant-invalid",
  unsupported: "format-unsupported",
  critical: "critical-unknown",
}

const refuse: Refuse = (member, expected) => {
  throw grantInvalid(`its "${member}" must be ${expected}`)
}

/**
 * Reads a grant's bytes. Nothing is verified: to look at, not to rely on.
 *
 * @throws StrongroomError `not-a-grant`, `grant-invalid`, `format-unsupported`, `critical-unknown`.
 */
export function readGrant(bytes: Uint8Array): Grant {
  return parseGrant(splitGrant(bytes))
}

/** Step 1 of reading a grant (spec/grant.md). */
export function splitGrant(bytes: Uint8Array): Envelope {
  if (bytes.length < magicLength || !hasMagic("grant", bytes)) {
    throw new StrongroomError("not-a-grant", "The bytes aren't a grant: they don't begin like one.")
  }
  const envelope = splitEnvelope(bytes)
  if (envelope === undefined) throw grantInvalid("it isn't complete")
  const { length } = envelope.attachment
  if (length < 1 || length > limits.mostAgeFile) throw grantInvalid("its age file's length is out of limits")
  return envelope
}

/** Step 2. */
export function parseGrant({ document, attachment }: Envelope): Grant {
  const members = membersOf(readDocument(document, kind, grantFormat), refuse)
  return {
    format: grantFormat,
    model: members.hex("model", 16),
    header: members.hex("header", 32),
    publisher: members.hex("publisher", 32),
    signer: members.hex("signer", 32),
    terms: readTerms(members.object("terms"), refuse),
    age: attachment,
  }
}

export function grantInvalid(reason: string): StrongroomError {
  return new StrongroomError("grant-invalid", `The grant can't be used: ${reason}. Ask the publisher for a new one.`)
}
