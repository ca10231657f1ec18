import type { AgeStanza, IdentityKey } from "@strongroom/core/backend"
import type { Evp, Pointer } from "../os/evp.js"
import { encodeRecipient } from "./bech32.js"
import type { Keeping } from "./keeping.js"
import { deriveKey, openChaCha } from "./secret-derivation.js"
import type { Secret } from "./secret-memory.js"

/** An age X25519 identity: a private key by its address. https://c2sp.org/age */
export interface SecretIdentity extends IdentityKey {
  /** Overwrites the file key that it gave last. The private key is its owner's. */
  close(): void
}

const shareBytes = 32
const zeroNonce = new Uint8Array(12)

/** @param privateKey is 32 bytes, which must stay until the identity is closed. */
export function secretIdentity(keeping: Keeping, privateKey: Pick<Secret, "address">): SecretIdentity {
  const { evp, secrets } = keeping
  const recipient = evp.x25519Public(privateKey.address)
  const given: { close(): void }[] = []

  /** @throws for a stanza that is malformed. */
  function unwrap({ args, body }: AgeStanza): Uint8Array | null {
    const share = Buffer.from(args[1] ?? "", "base64")
    if (share.length !== shareBytes || body.length !== 32) throw new Error("a stanza is malformed")
    const shared = secrets.allocate(32)
    try {
      if (!evp.x25519(privateKey.address, share, shared.address) || shared.bytes.every((byte) => byte === 0)) {
        throw new Error("a share is of small order")
      }
      const wrapping = deriveKey(
        keeping,
        shared.bytes,
        Buffer.concat([share, recipient]),
        "age-encryption.org/v1/X25519",
      )
      try {
        const fileKey = openChaCha(keeping, wrapping.address, zeroNonce, body)
        if (fileKey === undefined) return null
        given.push(fileKey)
        return fileKey.bytes
      } finally {
        wrapping.close()
      }
    } finally {
      shared.close()
    }
  }

  return {
    unwrapFileKey(stanzas) {
      for (const stanza of stanzas) {
        if (stanza.args[0] !== "X25519") continue
        const fileKey = unwrap(stanza)
        if (fileKey !== null) return fileKey
      }
      return null
    },
    close() {
      for (const fileKey of given.splice(0)) fileKey.close()
    },
  }
}

/** `age1...`, of the private key at that address. */
export function recipientAt(evp: Evp, privateKey: Pointer): string {
  return encodeRecipient(evp.x25519Public(privateKey))
}
