import * as age from "age-encryption"
import type { Plaintext } from "../backend.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import type { IdentityKey, RecipientKey, WebCryptoKey } from "../identity.js"
import { splitAgeFile } from "./age-file.js"
import { checkForm } from "./age-form.js"

/**
 * One that opens a grant: the text of an age identity (`AGE-SECRET-KEY-1...`) or of a file as `age-keygen` writes it
 * (comments allowed); an X25519 private key of WebCrypto, with `deriveBits` among its usages, which needn't be extractable;
 * or what holds a key and unwraps with it, such as a passkey.
 */
export type OneIdentity = string | WebCryptoKey | IdentityKey

/**
 * Who opens a grant: one identity, several, or a passphrase. Strings can't be overwritten by JavaScript: they stay in
 * memory until it is used again.
 */
export type Identity = OneIdentity | readonly OneIdentity[] | { readonly passphrase: string }

/** Whom a grant is for: an age recipient (`age1...`) or what wraps with a key, several of these, or a passphrase. */
export type Recipient =
  | string
  | RecipientKey
  | readonly (string | RecipientKey)[]
  | {
      readonly passphrase: string
      /** Base-2 logarithm of scrypt's work, 1 to 20. Default: 18, about a second and 256 MiB. */
      readonly workFactor?: number
    }

/** An identity that has been read. */
export interface AgeIdentity {
  readonly passphrase: boolean
  readonly addTo: (decrypter: age.Decrypter) => void
  /** Asked after those that `addTo` adds. */
  readonly keys: readonly IdentityKey[]
}

/** A new age identity, and its recipient. */
export async function generateIdentity(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await age.generateX25519Identity()
  return { identity, recipient: await age.identityToRecipient(identity) }
}

/**
 * The recipient (`age1...`) of an identity, of the first in an identity file, or of an X25519 private key.
 *
 * @throws StrongroomError `identity-invalid`.
 */
export async function recipientOf(identity: string | WebCryptoKey): Promise<string> {
  const [first] = isCryptoKey(identity) ? [checkCryptoKey(identity)] : identityLines(identity)
  try {
    return await age.identityToRecipient(first)
  } catch {
    throw identityInvalid()
  }
}

/** @throws StrongroomError `identity-invalid`. */
export function readIdentity(identity: Identity): AgeIdentity {
  if (isPassphrase<Extract<Identity, { readonly passphrase: string }>>(identity)) {
    const { passphrase } = identity
    checkPassphrase(passphrase)
    return { passphrase: true, addTo: (decrypter) => decrypter.addPassphrase(passphrase), keys: [] }
  }
  const given: readonly OneIdentity[] = isList(identity) ? identity : [identity]
  if (identity === undefined || given.length === 0) {
    throw new TypeError("`identity` must be a text, a key, several of these or a passphrase.")
  }
  const keys = given.filter(isKey)
  const lines = given.flatMap((one): (string | CryptoKey)[] => {
    if (isKey(one)) return []
    return isCryptoKey(one) ? [checkCryptoKey(one)] : identityLines(one)
  })
  const addTo = (decrypter: age.Decrypter) => {
    for (const line of lines) decrypter.addIdentity(line)
  }
  try {
    addTo(new age.Decrypter())
  } catch {
    throw identityInvalid()
  }
  return { passphrase: false, addTo, keys }
}

/** Wraps `plaintext` as an age file, binary. @throws StrongroomError `recipient-invalid`. */
export async function wrap(plaintext: Uint8Array, recipient: Recipient): Promise<Uint8Array> {
  const encrypter = new age.Encrypter()
  if (isPassphrase<Extract<Recipient, { readonly passphrase: string }>>(recipient)) {
    const { passphrase, workFactor = 18 } = recipient
    checkPassphrase(passphrase)
    if (!Number.isInteger(workFactor) || workFactor < 1 || workFactor > limits.mostWorkFactor) {
      throw new RangeError(`\`workFactor\` must be an integer from 1 to ${limits.mostWorkFactor}.`)
    }
    encrypter.setPassphrase(passphrase)
    encrypter.setScryptWorkFactor(workFactor)
  } else {
    const recipients = isRecipientList(recipient) ? recipient : [recipient]
    if (recipient === undefined || recipients.length === 0) {
      throw new TypeError("`recipient` must be a text, a key, several of these or a passphrase.")
    }
    for (const one of recipients) addRecipient(encrypter, one)
  }
  return encrypter.encrypt(plaintext)
}

/**
 * Opens an age file, which messages call `what`. What it gives is to be closed, which overwrites it.
 *
 * @throws StrongroomError `identity-mismatch`, `passphrase-wrong`, `grant-invalid`; `identity-invalid` when a key gives
 * what can't be a file key.
 */
export async function unwrap(
  file: Uint8Array,
  identity: AgeIdentity,
  cryptography: Pick<Cryptography, "openAge">,
  what: "grant" | "locked identity" = "grant",
): Promise<Plaintext> {
  let opened: Plaintext | undefined
  const decrypter = new age.Decrypter()
  // The library asks its identities one after the other. The first of ours sees what the file is for; the last is asked
  // only when none before it opened the file. So no fault is told from another by a message's text.
  decrypter.addIdentity({
    unwrapFileKey(stanzas) {
      checkForm(file, stanzas)
      const forPassphrase = stanzas[0]?.args[0] === "scrypt"
      if (forPassphrase !== identity.passphrase) throw mismatch(what, forPassphrase)
      return null
    },
  })
  identity.addTo(decrypter)
  for (const key of identity.keys) {
    decrypter.addIdentity({
      async unwrapFileKey(stanzas) {
        const fileKey = checkFileKey(await key.unwrapFileKey(stanzas))
        if (fileKey === null || !cryptography.openAge) return fileKey
        try {
          opened = await cryptography.openAge(fileKey, splitAgeFile(file))
        } finally {
          fileKey.fill(0)
        }
        // The library's own way on would leave copies of the keys that it makes of this one.
        throw new Error(opened ? "opened" : "the MAC or the payload doesn't fit")
      },
    })
  }
  decrypter.addIdentity({
    unwrapFileKey() {
      throw identity.passphrase
        ? new StrongroomError("passphrase-wrong", `The passphrase doesn't open the ${what}.`)
        : new StrongroomError(
            "identity-mismatch",
            `The ${what} isn't for this identity. Ask who made it for one that is.`,
          )
    },
  })
  try {
    const bytes = await decrypter.decrypt(file)
    return { bytes, close: () => void bytes.fill(0) }
  } catch (cause) {
    if (opened) return opened
    if (StrongroomError.is(cause)) throw cause
    const message = `The ${what}'s age file is damaged. Ask who made it for a new one.`
    throw new StrongroomError("grant-invalid", message, { cause })
  }
}

function addRecipient(encrypter: age.Encrypter, recipient: string | RecipientKey): void {
  if (typeof recipient === "object" && typeof recipient?.wrapFileKey === "function") {
    encrypter.addRecipient({
      async wrapFileKey(fileKey) {
        const stanzas = await recipient.wrapFileKey(fileKey)
        return stanzas.map(({ args, body }) => new age.Stanza([...args], body))
      },
    })
    return
  }
  if (typeof recipient !== "string") throw new TypeError("A recipient must be a string, or have wrapFileKey().")
  try {
    encrypter.addRecipient(recipient.trim())
  } catch {
    throw new StrongroomError(
      "recipient-invalid",
      "Expected an age recipient, `age1...`, as `age-keygen -y` prints it.",
    )
  }
}

function identityLines(text: string | WebCryptoKey): [string, ...string[]] {
  if (typeof text !== "string") throw new TypeError("An identity must be a string.")
  const lines = text.split("\n").map((line) => line.trim())
  const [first, ...others] = lines.filter((line) => line !== "" && !line.startsWith("#"))
  if (first === undefined) throw identityInvalid()
  return [first, ...others]
}

/** Of what somebody's own code gave. */
function checkFileKey(fileKey: Uint8Array | null): Uint8Array | null {
  if (fileKey === null || (fileKey instanceof Uint8Array && fileKey.length === 16)) return fileKey
  throw new StrongroomError("identity-invalid", "The identity gave something else than a file key of 16 bytes or null.")
}

function isPassphrase<T extends { readonly passphrase: string }>(value: unknown): value is T {
  return typeof value === "object" && value !== null && "passphrase" in value
}

function isList(value: unknown): value is readonly OneIdentity[] {
  return Array.isArray(value)
}

function isRecipientList(value: unknown): value is readonly (string | RecipientKey)[] {
  return Array.isArray(value)
}

function isKey(value: OneIdentity): value is IdentityKey {
  return typeof value === "object" && value !== null && "unwrapFileKey" in value
}

function isCryptoKey(value: unknown): value is CryptoKey {
  return typeof CryptoKey === "function" && value instanceof CryptoKey
}

function checkCryptoKey(key: CryptoKey): CryptoKey {
  if (key.type === "private" && key.algorithm.name === "X25519" && key.usages.includes("deriveBits")) return key
  throw new StrongroomError(
    "identity-invalid",
    `Expected an X25519 private key with the usage deriveBits, not a ${key.type} key for ${key.algorithm.name}.`,
  )
}

function checkPassphrase(passphrase: string): void {
  if (typeof passphrase !== "string" || passphrase === "")
    throw new TypeError("A passphrase must be a string, not empty.")
}

function mismatch(what: string, forPassphrase: boolean): StrongroomError {
  const message = forPassphrase
    ? `The ${what} is for a passphrase, and an identity was given.`
    : `The ${what} is for identities, and a passphrase was given.`
  return new StrongroomError("identity-mismatch", message)
}

export function identityInvalid(): StrongroomError {
  const message =
    "Expected an age identity, AGE-SECRET-KEY-1..., or a file with one on a line, as `age-keygen` writes it."
  return new StrongroomError("identity-invalid", message)
}
