import { bech32 } from "@scure/base"
import { utf8 } from "../bytes.js"
import { StrongroomError } from "../errors.js"
import type { WebCryptoKey } from "../identity.js"
import { type Identity, identityInvalid, type Recipient, readIdentity, recipientOf, unwrap, wrap } from "./age.js"

/**
 * An identity as an age file that only `recipient` opens: a passphrase, a passkey. What a page stores of its user's
 * identity, and what `age --identity` reads too where it is locked by a passphrase.
 *
 * @throws StrongroomError `identity-invalid`, `recipient-invalid`.
 */
export async function lockIdentity(identity: string, recipient: Recipient): Promise<Uint8Array> {
  await recipientOf(identity)
  const text = utf8(identity)
  return wrap(text, recipient).finally(() => text.fill(0))
}

/**
 * Opens what {@link lockIdentity} made. The identity, which must be one X25519 identity, becomes a private key of WebCrypto
 * that isn't extractable. It is JavaScript's for a moment: its bytes are overwritten, its text is left to the collector.
 *
 * @throws StrongroomError `identity-mismatch`, `passphrase-wrong`, `identity-invalid` for what isn't a locked identity.
 */
export async function unlockIdentity(locked: Uint8Array, identity: Identity): Promise<WebCryptoKey> {
  const opened = await unwrap(locked, readIdentity(identity), {}, "locked identity").catch((cause) => {
    if (StrongroomError.is(cause) && cause.code !== "grant-invalid") throw cause
    throw new StrongroomError("identity-invalid", "The bytes aren't a locked identity, or are damaged.", { cause })
  })
  try {
    return await importIdentity(new TextDecoder().decode(opened.bytes))
  } finally {
    opened.close()
  }
}

/** RFC 8410, section 7: an X25519 private key as PKCS #8 up to its 32 bytes. */
const pkcs8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20]

async function importIdentity(text: string): Promise<CryptoKey> {
  const lines = text.split("\n").map((line) => line.trim())
  const [line, ...others] = lines.filter((each) => each !== "" && !each.startsWith("#"))
  const decoded = line === undefined ? undefined : bech32.decodeUnsafe(line)
  const bytes = decoded?.prefix === "age-secret-key-" ? bech32.fromWordsUnsafe(decoded.words) : undefined
  if (bytes?.length !== 32 || others.length > 0) throw identityInvalid()
  const encoded = Uint8Array.from([...pkcs8, ...bytes])
  try {
    return await crypto.subtle.importKey("pkcs8", encoded, { name: "X25519" }, false, ["deriveBits"])
  } finally {
    bytes.fill(0)
    encoded.fill(0)
  }
}
