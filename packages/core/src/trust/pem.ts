import { concat, fromHex } from "../bytes.js"
import { StrongroomError } from "../errors.js"

// RFC 8410 leaves no choice in the DER of an Ed25519 key, so it is a fixed prefix before the 32 bytes.
const spkiPrefix = fromHex("302a300506032b6570032100") as Uint8Array
const pkcs8Prefix = fromHex("302e020100300506032b657004220420") as Uint8Array

/** DER SubjectPublicKeyInfo of a raw 32-byte key. */
export function spkiOf(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(spkiPrefix, publicKey)
}

/** DER PKCS #8 of a 32-byte seed. */
export function pkcs8Of(privateKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(pkcs8Prefix, privateKey)
}

/** The raw 32 bytes. */
export function decodePublicKey(pem: string): Uint8Array<ArrayBuffer> {
  return decode(pem, "PUBLIC KEY", spkiPrefix, "a publisher's public key")
}

/** The 32-byte seed, which the caller overwrites. */
export function decodePrivateKey(pem: string): Uint8Array<ArrayBuffer> {
  return decode(pem, "PRIVATE KEY", pkcs8Prefix, "a publisher's private key")
}

export function encodePublicKey(publicKey: Uint8Array): string {
  return encode("PUBLIC KEY", spkiOf(publicKey))
}

export function encodePrivateKey(privateKey: Uint8Array): string {
  return encode("PRIVATE KEY", pkcs8Of(privateKey))
}

// 44 and 48 bytes of DER are one line of base64, as RFC 7468 wants it.
function encode(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${btoa(String.fromCharCode(...der))}\n-----END ${label}-----\n`
}

function decode(pem: string, label: string, prefix: Uint8Array, what: string): Uint8Array<ArrayBuffer> {
  if (typeof pem !== "string") throw new TypeError(`Expected ${what} as PEM text, found ${typeof pem}.`)
  const match = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*)-----END \1-----\s*$/.exec(pem)
  const [, found, base64] = match ?? []
  if (found === undefined || base64 === undefined) throw invalid(what, label, "something else")
  if (found !== label) throw invalid(what, label, `a PEM block "${found}"`)
  const der = fromBase64(base64.replace(/\s/g, ""))
  if (der?.length !== prefix.length + 32 || prefix.some((byte, i) => der[i] !== byte)) {
    throw invalid(what, label, "a key of another kind")
  }
  const raw = der.slice(prefix.length)
  der.fill(0)
  return raw
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function invalid(what: string, label: string, found: string): StrongroomError {
  const message = `Expected ${what}: one PEM block "${label}" with an Ed25519 key, found ${found}. \`strongroom keygen\` or \`openssl genpkey -algorithm ed25519\` makes one.`
  return new StrongroomError("key-invalid", message)
}
