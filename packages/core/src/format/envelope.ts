import { concat, equalBytes, lengthPrefixed, readU32, u16, u32, u64 } from "../bytes.js"
import { limits } from "./limits.js"

/**
 * The signed envelope that a sealed model, a grant and a keyring begin with (spec/sealed-model.md): magic, length,
 * document, signature, attachment.
 */
export type EnvelopeKind = "model" | "grant" | "keyring"

const kinds = {
  model: { letter: "M", label: "strongroom model header" },
  grant: { letter: "G", label: "strongroom grant" },
  keyring: { letter: "K", label: "strongroom keyring" },
} as const

export const magicLength = 8
export const documentOffset = 12
export const signatureLength = 64
/** An envelope's bytes beside its document and attachment. */
export const envelopeOverhead = documentOffset + signatureLength

export interface Envelope {
  /** The exact bytes that are signed. */
  readonly document: Uint8Array
  readonly signature: Uint8Array
  readonly attachment: Uint8Array
}

export function hasMagic(kind: EnvelopeKind, bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, magicLength), magic(kind))
}

/** The document's length, from an envelope's first 12 bytes; `undefined` when it is out of limits. */
export function documentLength(bytes: Uint8Array): number | undefined {
  const length = readU32(bytes, magicLength)
  return length < limits.leastDocument || length > limits.mostDocument ? undefined : length
}

/** Views into `bytes`, whose magic has been looked at; `undefined` when it is cut short or its length out of limits. */
export function splitEnvelope(bytes: Uint8Array): Envelope | undefined {
  if (bytes.length < documentOffset) return undefined
  const length = documentLength(bytes)
  if (length === undefined || bytes.length < envelopeOverhead + length) return undefined
  const signatureOffset = documentOffset + length
  return {
    document: bytes.subarray(documentOffset, signatureOffset),
    signature: bytes.subarray(signatureOffset, signatureOffset + signatureLength),
    attachment: bytes.subarray(signatureOffset + signatureLength),
  }
}

export function joinEnvelope(
  kind: EnvelopeKind,
  { document, signature, attachment }: Envelope,
): Uint8Array<ArrayBuffer> {
  return concat(magic(kind), u32(document.length), document, signature, attachment)
}

/** What is signed: never a document alone, so that no signature made for one kind can pass for another's. */
export function signedMessage(
  kind: EnvelopeKind,
  document: Uint8Array,
  attachment: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concat(
    lengthPrefixed(kinds[kind].label),
    u16(1),
    u64(document.length),
    document,
    u64(attachment.length),
    attachment,
  )
}

/** As PNG's: a first byte that isn't ASCII, then CR LF, ^Z and LF, so that a transfer in text mode shows. */
function magic(kind: EnvelopeKind): Uint8Array {
  return Uint8Array.of(0x93, 0x53, 0x52, kinds[kind].letter.charCodeAt(0), 0x0d, 0x0a, 0x1a, 0x0a)
}
