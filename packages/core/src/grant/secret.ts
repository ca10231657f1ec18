import { concat, equalBytes, lengthPrefixed, utf8 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { grantInvalid } from "./grant.js"

const magic = utf8("SRGRANT1")
const secretLength = 104

/** The 104 bytes that age wraps: magic, content key, recipient secret, digest of the grant's document. */
export async function joinSecret(
  contentKey: Uint8Array,
  document: Uint8Array,
  cryptography: Cryptography,
): Promise<Uint8Array> {
  const recipientSecret = cryptography.randomBytes(32)
  const bytes = concat(magic, contentKey, recipientSecret, await documentDigest(document, cryptography))
  recipientSecret.fill(0)
  return bytes
}

/** What a grant's age file holds, as views of its bytes. */
export interface GrantSecrets {
  readonly contentKey: Uint8Array
  readonly recipientSecret: Uint8Array
  /** Both, one behind the other: the root of this recipient's artifact keys. */
  readonly artifactSecrets: Uint8Array
}

/** What `bytes` hold, once they have been found to belong to the document. */
export async function secretsOf(
  bytes: Uint8Array,
  document: Uint8Array,
  cryptography: Cryptography,
): Promise<GrantSecrets> {
  if (bytes.length !== secretLength || !equalBytes(bytes.subarray(0, 8), magic)) {
    throw grantInvalid("what its age file holds isn't a grant's")
  }
  if (!equalBytes(bytes.subarray(72), await documentDigest(document, cryptography))) {
    throw grantInvalid("its age file was made for other terms")
  }
  return {
    contentKey: bytes.subarray(8, 40),
    recipientSecret: bytes.subarray(40, 72),
    artifactSecrets: bytes.subarray(8, 72),
  }
}

function documentDigest(document: Uint8Array, cryptography: Cryptography): Promise<Uint8Array> {
  return cryptography.sha256(lengthPrefixed("strongroom grant document"), document)
}
