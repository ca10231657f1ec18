import { toHex, utf8 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import { joinEnvelope, signedMessage } from "../format/envelope.js"
import { checkHeaderSignature, readSignedHeader } from "../format/front.js"
import { headerDigest } from "../format/header.js"
import { checkCommitment } from "../format/keys.js"
import { bytesSource } from "../source/bytes.js"
import type { Source } from "../source/source.js"
import { decodePrivateKey } from "../trust/pem.js"
import { type Recipient, wrap } from "./age.js"
import { grantFormat, readGrant } from "./grant.js"
import { joinSecret } from "./secret.js"
import { type Terms, writeTerms } from "./terms.js"

export interface GrantOptions {
  /** The sealed model, or its beginning up to the tables. Only its header is read. Stays the caller's. */
  readonly model: Source | Uint8Array
  /** 32 bytes, from {@link sealModel}. Stays the caller's, who overwrites it. */
  readonly contentKey: Uint8Array
  /** The private key that signs, PEM: the publisher's root, or with a keyring one of its grant keys. */
  readonly signingKey: string
  readonly recipient: Recipient
  /** Default: none. */
  readonly terms?: Partial<Terms>
  /** Default: {@link portableCryptography}. */
  readonly cryptography?: Cryptography
}

/**
 * Makes a grant's bytes. Several recipients share one recipient secret, and so one store of artifacts.
 *
 * @throws StrongroomError `commitment-mismatch` when the content key isn't this model's, `signature-invalid` when the
 * header isn't signed by the key that it names, `recipient-invalid`, `key-invalid`, `grant-invalid` for terms out of
 * limits, and what {@link readHeader} throws.
 */
export async function createGrant(options: GrantOptions): Promise<Uint8Array> {
  const { contentKey, signingKey, recipient, terms = {}, cryptography = portableCryptography } = options
  if (!(contentKey instanceof Uint8Array) || contentKey.length !== 32) {
    throw new TypeError("`contentKey` must be a Uint8Array of 32 bytes.")
  }
  const seed = decodePrivateKey(signingKey)
  try {
    const source = options.model instanceof Uint8Array ? bytesSource(options.model) : options.model
    const { header, envelope } = await readSignedHeader(source, undefined)
    await checkHeaderSignature(header, envelope, cryptography)
    await checkCommitment(contentKey, header, cryptography)
    const members = {
      format: grantFormat,
      model: header.model,
      header: toHex(await headerDigest(envelope.document, cryptography)),
      publisher: header.publisher,
      signer: toHex(await cryptography.publicKey(seed)),
      terms: writeTerms(terms),
    }
    const document = utf8(JSON.stringify(members))
    const secret = await joinSecret(contentKey, document, cryptography)
    const attachment = await wrap(secret, recipient).finally(() => secret.fill(0))
    const signature = await cryptography.sign(seed, signedMessage("grant", document, attachment))
    const bytes = joinEnvelope("grant", { document, signature, attachment })
    // Terms are validated by reading them as their recipient will.
    readGrant(bytes)
    return bytes
  } finally {
    seed.fill(0)
  }
}
