import { toHex, utf8 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { portableCryptography } from "../crypto/portable.js"
import { StrongroomError } from "../errors.js"
import { type DocumentKind, readDocument } from "../format/document.js"
import { type Envelope, hasMagic, joinEnvelope, signedMessage, splitEnvelope } from "../format/envelope.js"
import { limits } from "../format/limits.js"
import { membersOf, type Refuse } from "../format/members.js"
import { formatTime } from "../format/time.js"
import { decodePrivateKey, decodePublicKey } from "./pem.js"

const keyringFormat = "strongroom-keyring/1-draft"

/** Which keys may sign for a publisher. Keys are hex of 32 bytes. */
export interface Keyring {
  /** The root key, which signed it. */
  readonly publisher: string
  /** From 1; an app that has seen one version refuses lower ones. */
  readonly version: number
  readonly expires: Date
  /** May sign headers. */
  readonly modelKeys: readonly string[]
  /** May sign grants. */
  readonly grantKeys: readonly string[]
  /** Refused whatever the lists say. */
  readonly revoked: readonly string[]
}

export interface KeyringOptions {
  /** The root's private key, PEM. */
  readonly root: string
  readonly version: number
  /** In whole seconds; from then on the keyring is refused. */
  readonly expires: Date
  /** Public keys, PEM, here and below. The root itself has only the rights that the lists give it. */
  readonly modelKeys: readonly string[]
  readonly grantKeys: readonly string[]
  /** Default: none. */
  readonly revoked?: readonly string[]
  readonly cryptography?: Cryptography
}

/**
 * Makes a keyring: the bytes of a small file that an app pins beside the publisher's root key.
 *
 * @throws StrongroomError `key-invalid`.
 */
export async function createKeyring(options: KeyringOptions): Promise<Uint8Array> {
  const { root, version, expires, modelKeys, grantKeys, revoked = [], cryptography = portableCryptography } = options
  if (!Number.isSafeInteger(version) || version < 1)
    throw new RangeError("A keyring's version must be an integer from 1.")
  if ([modelKeys, grantKeys, revoked].some((keys) => keys.length > limits.mostKeys)) {
    throw new RangeError(`A keyring's lists may have at most ${limits.mostKeys} keys each.`)
  }
  const ids = (keys: readonly string[]) => keys.map((key) => toHex(decodePublicKey(key)))
  const seed = decodePrivateKey(root)
  try {
    const members = {
      format: keyringFormat,
      publisher: toHex(await cryptography.publicKey(seed)),
      version,
      expires: formatTime(expires),
      modelKeys: ids(modelKeys),
      grantKeys: ids(grantKeys),
      revoked: ids(revoked),
    }
    const document = utf8(JSON.stringify(members))
    const attachment = new Uint8Array(0)
    const signature = await cryptography.sign(seed, signedMessage("keyring", document, attachment))
    return joinEnvelope("keyring", { document, signature, attachment })
  } finally {
    seed.fill(0)
  }
}

const kind: DocumentKind = {
  name: "keyring",
  invalid: "keyring-invalid",
  unsupported: "keyring-invalid",
  critical: "keyring-invalid",
}

const refuse: Refuse = (member, expected) => {
  throw invalid(`its "${member}" must be ${expected}`)
}

/**
 * Reads a keyring's bytes. Nothing is verified.
 *
 * @throws StrongroomError `keyring-invalid`.
 */
export function readKeyring(bytes: Uint8Array): Keyring {
  return parse(split(bytes).document)
}

/**
 * Reads a keyring and verifies that `publisher` signed it. Its time and version are the caller's to check.
 *
 * @throws StrongroomError `keyring-invalid`.
 */
export async function openKeyring(
  bytes: Uint8Array,
  publisher: Uint8Array,
  cryptography: Cryptography,
): Promise<Keyring> {
  const { document, signature, attachment } = split(bytes)
  const keyring = parse(document)
  if (keyring.publisher !== toHex(publisher)) throw invalid("it is another publisher's")
  if (!(await cryptography.verify(publisher, signature, signedMessage("keyring", document, attachment)))) {
    throw invalid("the publisher's root key didn't sign it")
  }
  return keyring
}

function split(bytes: Uint8Array): Envelope {
  const envelope = hasMagic("keyring", bytes) ? splitEnvelope(bytes) : undefined
  if (envelope === undefined || envelope.attachment.length > 0) throw invalid("it isn't one, or isn't complete")
  return envelope
}

function parse(document: Uint8Array): Keyring {
  const members = membersOf(readDocument(document, kind, keyringFormat), refuse)
  return {
    publisher: members.hex("publisher", 32),
    version: members.integer("version", 1, Number.MAX_SAFE_INTEGER),
    expires: members.time("expires"),
    modelKeys: members.hexList("modelKeys", 32, limits.mostKeys),
    grantKeys: members.hexList("grantKeys", 32, limits.mostKeys),
    revoked: members.hexList("revoked", 32, limits.mostKeys),
  }
}

function invalid(reason: string): StrongroomError {
  return new StrongroomError(
    "keyring-invalid",
    `The keyring can't be used: ${reason}. Ask the publisher for a new one.`,
  )
}
