import { webauthn } from "age-encryption"
import { StrongroomError } from "../errors.js"
import type { IdentityKey, RecipientKey } from "../identity.js"

export interface CreatePasskeyOptions {
  /** What the browser's dialogue calls it. */
  readonly name: string
  /** The domain that it is for: the page's own, or one above it. Default: the page's own. */
  readonly domain?: string
  /**
   * `passkey`, the default: kept by the browser or the system, found by domain. `security-key`: a token, which needs the text
   * that {@link createPasskey} gives whenever it is used; nobody can make that text again.
   */
  readonly type?: "passkey" | "security-key"
}

/**
 * Has the user make a passkey that can encrypt (WebAuthn's extension `prf`), and gives its text,
 * `AGE-PLUGIN-FIDO2PRF-1...`, which names it and is no secret. In a window of a secure context only.
 *
 * @throws StrongroomError `identity-invalid` where the user, the browser or the passkey refuses.
 */
export async function createPasskey({ name, domain, type }: CreatePasskeyOptions): Promise<string> {
  if (typeof name !== "string" || name === "") throw new TypeError("A passkey has a name.")
  return asked(() =>
    webauthn.createCredential({
      keyName: name,
      ...(domain !== undefined && { rpId: domain }),
      ...(type !== undefined && { type }),
    }),
  )
}

/**
 * A passkey as an identity and as a recipient. Each use asks the user. Who encrypts to it needs the passkey too, so that it
 * is mostly for `lockIdentity`: the publisher grants to an identity, and the page stores that identity locked by the passkey.
 *
 * @param which The text from {@link createPasskey}, or the domain to find passkeys by. Default: those of the page's own.
 * @throws StrongroomError `identity-invalid` for a text that isn't one.
 */
export function passkey(which: string | { readonly domain?: string } = {}): IdentityKey & RecipientKey {
  const options = typeof which === "string" ? { identity: which } : which.domain ? { rpId: which.domain } : {}
  const [identity, recipient] = made(options)
  return {
    // age's own types want its class of stanza, and read nothing else of it than this one has.
    unwrapFileKey: (stanzas) => asked(() => identity.unwrapFileKey(stanzas as never)),
    wrapFileKey: (fileKey) => asked(() => recipient.wrapFileKey(fileKey)),
  }
}

function made(options: webauthn.Options): [webauthn.WebAuthnIdentity, webauthn.WebAuthnRecipient] {
  try {
    return [new webauthn.WebAuthnIdentity(options), new webauthn.WebAuthnRecipient(options)]
  } catch {
    throw new StrongroomError("identity-invalid", "Expected a passkey's text, AGE-PLUGIN-FIDO2PRF-1...")
  }
}

/** Browsers don't say whether there is no such passkey, the user declined, or the time was up. */
async function asked<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StrongroomError("identity-invalid", `The passkey can't be used: ${why}`, { cause })
  }
}
