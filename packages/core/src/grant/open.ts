import { fromHex, isZero, toHex } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { signedMessage } from "../format/envelope.js"
import { type Header, headerDigest } from "../format/header.js"
import { checkSigner, type Signers } from "../trust/trust.js"
import { type AgeIdentity, unwrap } from "./age.js"
import { grantInvalid, parseGrant, splitGrant } from "./grant.js"
import { type GrantSecrets, secretsOf } from "./secret.js"
import { checkTerms, type Terms } from "./terms.js"

export interface GrantContext {
  readonly header: Header
  /** The header's exact bytes. */
  readonly document: Uint8Array
  readonly signers: Signers
  readonly identity: AgeIdentity
  readonly now: Date
  readonly cryptography: Cryptography
}

/** A grant that was opened. `close()` overwrites its secrets. */
export interface OpenedGrant extends GrantSecrets {
  readonly terms: Terms
  close(): void
}

/** Opens a grant for one sealed model, making every check of spec/grant.md in its order. */
export async function openGrant(bytes: Uint8Array, context: GrantContext): Promise<OpenedGrant> {
  const { header, document, signers, identity, now, cryptography } = context
  const envelope = splitGrant(bytes)
  const grant = parseGrant(envelope)
  const digest = toHex(await headerDigest(document, cryptography))
  if (grant.publisher !== header.publisher || grant.model !== header.model || grant.header !== digest) {
    throw new StrongroomError(
      "grant-other-model",
      "The grant is for another model, or for another seal of it. Ask the publisher for one for this file.",
    )
  }
  checkSigner(signers, "grant", grant.signer)
  const message = signedMessage("grant", envelope.document, envelope.attachment)
  if (!(await cryptography.verify(fromHex(grant.signer) as Uint8Array, envelope.signature, message))) {
    throw new StrongroomError("signature-invalid", "The grant's signature doesn't verify. It is damaged or forged.")
  }
  checkTerms(grant.terms, header, now)
  const secret = await unwrap(grant.age, identity, cryptography)
  try {
    const secrets = await secretsOf(secret.bytes, envelope.document, cryptography)
    return { ...secrets, terms: grant.terms, close: secret.close }
  } catch (error) {
    secret.close()
    throw error
  }
}

/**
 * For the cache policy `sealed`: without a secret of its own, every licensee could seal artifacts for this one.
 *
 * @throws StrongroomError `grant-invalid`.
 */
export function checkRecipientSecret({ recipientSecret }: GrantSecrets): void {
  if (isZero(recipientSecret)) {
    throw grantInvalid('its recipient secret is all zeros, and the cache policy "sealed" needs one')
  }
}
