import { lengthPrefixed, utf8 } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { type DocumentKind, readDocument } from "./document.js"
import { limits } from "./limits.js"
import { membersOf, type Refuse } from "./members.js"

export const modelFormat = "strongroom-model/1-draft"
export const suite = "aes256gcm-sha256-ed25519"

/** The public description of a sealed model. Hex is lower case. Signed, byte for byte, by `signer`. */
export interface Header {
  readonly format: typeof modelFormat
  readonly suite: typeof suite
  /** Hex of 16 bytes, the same in all releases of a model. */
  readonly model: string
  readonly release: number
  /** Hex of the Ed25519 root key that apps pin. */
  readonly publisher: string
  /** Hex of the Ed25519 key that signed this header. */
  readonly signer: string
  /** Bytes, a power of two. */
  readonly segmentSize: number
  /** Bytes. */
  readonly payloadLength: number
  /** Hex of 32 bytes. */
  readonly salt: string
  /** Hex of 32 bytes: which content key this is sealed with. */
  readonly commitment: string
  /** Hex of the digest of the tables. */
  readonly tables: string
  /** A public text of the publisher. Unescaped: it may hold control characters. */
  readonly label?: string
}

const kind: DocumentKind = {
  name: "header",
  invalid: "header-invalid",
  unsupported: "format-unsupported",
  critical: "critical-unknown",
}

const refuse: Refuse = (member, expected) => {
  throw new StrongroomError(
    "header-invalid",
    `The header's "${member}" must be ${expected}. The file is damaged or forged.`,
  )
}

/** Reads a header's exact bytes. Nothing is verified. */
export function parseHeader(bytes: Uint8Array): Header {
  const document = readDocument(bytes, kind, modelFormat)
  if (document.suite !== suite) {
    if (typeof document.suite !== "string") return refuse("suite", "a string")
    throw new StrongroomError(
      "suite-unsupported",
      `Expected suite "${suite}", found another. A newer release may have it.`,
    )
  }
  const members = membersOf(document, refuse)
  const header: Header = {
    format: modelFormat,
    suite,
    model: members.hex("model", 16),
    release: members.integer("release", 0, limits.mostRelease),
    publisher: members.hex("publisher", 32),
    signer: members.hex("signer", 32),
    segmentSize: members.integer("segmentSize", limits.leastSegment, limits.mostSegment),
    payloadLength: members.integer("payloadLength", limits.leastPayload, limits.mostPayload),
    salt: members.hex("salt", 32),
    commitment: members.hex("commitment", 32),
    tables: members.hex("tables", 32),
    ...(members.has("label") && { label: members.text("label", 0, limits.mostLabel) }),
  }
  if (!isPowerOfTwo(header.segmentSize)) refuse("segmentSize", "a power of two")
  if (header.payloadLength > limits.mostSegments * header.segmentSize) {
    refuse("payloadLength", `at most ${limits.mostSegments} segments`)
  }
  return header
}

/** A header's bytes. All members but `label` and the numbers have one length, whatever their values. */
export function encodeHeader(header: Header): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify(header))
}

/** What a grant names a header by. */
export function headerDigest(document: Uint8Array, cryptography: Cryptography): Promise<Uint8Array> {
  return cryptography.sha256(lengthPrefixed("strongroom model header"), document)
}

export function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value))
}
