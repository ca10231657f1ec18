import { fromHex } from "../bytes.js"
import type { Cryptography } from "../crypto/cryptography.js"
import { StrongroomError } from "../errors.js"
import { bytesSource } from "../source/bytes.js"
import { lengthWithin } from "../source/length-within.js"
import type { Source } from "../source/source.js"
import { checkSigner, type Pin, type Signers, signersOf } from "../trust/trust.js"
import {
  documentLength,
  documentOffset,
  type Envelope,
  envelopeOverhead,
  hasMagic,
  magicLength,
  signedMessage,
  splitEnvelope,
} from "./envelope.js"
import { type Header, parseHeader } from "./header.js"
import { type Layout, layoutOf } from "./layout.js"
import { limits } from "./limits.js"
import { readTables, type Tables } from "./tables.js"

/** What stands before a sealed model's payload, all of it verified. */
export interface Front {
  readonly header: Header
  /** The header's exact bytes. */
  readonly document: Uint8Array
  readonly layout: Layout
  readonly tables: Tables
  readonly signers: Signers
}

export interface FrontOptions {
  /** `undefined`: the key that the header itself names is believed. */
  readonly pins: readonly Pin[] | undefined
  readonly now: Date
  readonly cryptography: Cryptography
  readonly signal: AbortSignal | undefined
}

/** Steps 1 to 7 of "Reading, in this order" (spec/sealed-model.md). */
export async function readFront(source: Source, options: FrontOptions): Promise<Front> {
  const { pins, now, cryptography, signal } = options
  const { header, envelope } = await readSignedHeader(source, signal)
  const signers = pins
    ? await signersOf(header.publisher, pins, now, cryptography)
    : { model: [header.signer], grant: [], revoked: [] }
  checkSigner(signers, "model", header.signer)
  await checkHeaderSignature(header, envelope, cryptography)
  const layout = layoutOf(envelope.document.length, header.segmentSize, header.payloadLength)
  checkFileLength(layout, await lengthWithin(source, layout.fileLength, signal))
  const tables = await readTables(source, header, layout, cryptography, signal)
  return { header, document: envelope.document, layout, tables, signers }
}

/**
 * Reads a sealed model's header, from the whole file or its beginning. Nothing is verified: to look at, not to rely on.
 *
 * @throws StrongroomError `not-sealed-model`, `truncated`, `header-invalid`, `format-unsupported`, `suite-unsupported`,
 * `critical-unknown`.
 */
export async function readHeader(model: Source | Uint8Array): Promise<Header> {
  const source = model instanceof Uint8Array ? bytesSource(model) : model
  return (await readSignedHeader(source, undefined)).header
}

/** Steps 1 to 3: the header and its envelope, not verified. */
export async function readSignedHeader(
  source: Source,
  signal: AbortSignal | undefined,
): Promise<{ readonly header: Header; readonly envelope: Envelope }> {
  const fileLength = await lengthWithin(source, envelopeOverhead + limits.mostDocument, signal)
  // Most headers fit in one read.
  let bytes = await readStart(source, Math.min(fileLength, 4096), signal)
  if (bytes.length < magicLength || !hasMagic("model", bytes)) {
    throw new StrongroomError("not-sealed-model", "The file isn't a sealed model: it doesn't begin like one.")
  }
  if (bytes.length < documentOffset) throw truncated(documentOffset, fileLength)
  const length = documentLength(bytes)
  if (length === undefined) {
    throw new StrongroomError("header-invalid", "The header's length is out of limits. The file is damaged or forged.")
  }
  const end = envelopeOverhead + length
  if (fileLength < end) throw truncated(end, fileLength)
  if (bytes.length < end) bytes = await readStart(source, end, signal)
  const envelope = splitEnvelope(bytes.subarray(0, end)) as Envelope
  return { header: parseHeader(envelope.document), envelope }
}

/**
 * Step 5, with the key that the header names: whether that key is trusted is asked before.
 *
 * @throws StrongroomError `signature-invalid`.
 */
export async function checkHeaderSignature(
  header: Header,
  { document, signature, attachment }: Envelope,
  cryptography: Cryptography,
): Promise<void> {
  const signer = fromHex(header.signer) as Uint8Array
  if (await cryptography.verify(signer, signature, signedMessage("model", document, attachment))) return
  throw new StrongroomError(
    "signature-invalid",
    "The header's signature doesn't verify. The file is damaged or forged.",
  )
}

async function readStart(source: Source, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  await source.read(0, bytes, signal)
  return bytes
}

function checkFileLength(layout: Layout, fileLength: number): void {
  if (fileLength < layout.fileLength) throw truncated(layout.fileLength, fileLength)
  if (fileLength > layout.fileLength) {
    const message = `Expected a file of ${layout.fileLength} bytes, found ${fileLength} or more. Fetch it again.`
    throw new StrongroomError("trailing-data", message)
  }
}

function truncated(expected: number, found: number): StrongroomError {
  return new StrongroomError("truncated", `Expected ${expected} bytes or more, found ${found}. Fetch the file again.`)
}
