import { channelInvalid, failure } from "./wire-error.js"

/**
 * One message between app and vault: JSON metadata, then blocks of raw bytes to which it refers by index.
 *
 *     u32 magic "SRF1" | u32 blocks | u32 metadata bytes | u64 length of each block | metadata, UTF-8 | blocks
 *
 * Integers are little-endian. Lengths are checked before anything is allocated.
 */
export interface Frame {
  readonly metadata: unknown
  /** Exactly as long as the block, and owned by the receiver: to be transferred, or wrapped in a typed array. */
  readonly blocks: readonly ArrayBuffer[]
}

export const frameLimits = {
  /** A manifest of 16 MiB, whose names and shapes the vault tells the app, with room for JSON's escapes. */
  metadataBytes: 64 * 1024 * 1024,
  /** One for each input or output (at most 4,096), and a few beside. */
  blocks: 8192,
  /** What one ArrayBuffer can hold in every supported Node. */
  blockBytes: 2 ** 32 - 1,
} as const

const magic = 0x31465253
const headBytes = 12

/** Blocks of a frame up to this size travel in one piece with the metadata. */
const packedBytes = 64 * 1024

/** Text whose bytes aren't counted before they are written. */
const smallText = 4096

/** The pieces of a frame, to be written one after another. Large blocks are given as they are, without a copy. */
export function encodeFrame(metadata: object, blocks: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const text = JSON.stringify(metadata)
  // UTF-8 takes at most three bytes for each of JavaScript's units of text.
  const textBytes = text.length < smallText ? 3 * text.length : Buffer.byteLength(text)
  let blockBytes = 0
  for (const block of blocks) {
    if (block.length > frameLimits.blockBytes) {
      throw new RangeError(`A tensor of ${block.length} bytes is over the channel's limit of ${frameLimits.blockBytes}`)
    }
    blockBytes += block.length
  }
  if (textBytes > frameLimits.metadataBytes || blocks.length > frameLimits.blocks) {
    throw new RangeError(
      `A message of ${textBytes} bytes and ${blocks.length} blocks is over the channel's limits ` +
        `(${frameLimits.metadataBytes} and ${frameLimits.blocks}): give fewer or shorter names and strings`,
    )
  }
  const textAt = headBytes + 8 * blocks.length
  const packed = blockBytes <= packedBytes
  const first = Buffer.allocUnsafe(textAt + textBytes + (packed ? blockBytes : 0))
  const written = first.write(text, textAt)
  first.writeUInt32LE(magic, 0)
  first.writeUInt32LE(blocks.length, 4)
  first.writeUInt32LE(written, 8)
  let lengthAt = headBytes
  for (const { length } of blocks) {
    first.writeUInt32LE(length, lengthAt)
    first.writeUInt32LE(0, lengthAt + 4)
    lengthAt += 8
  }
  let at = textAt + written
  if (!packed) return [first.subarray(0, at), ...blocks.filter((block) => block.length > 0)]
  for (const block of blocks) {
    first.set(block, at)
    at += block.length
  }
  return [first.subarray(0, at)]
}

/** Takes bytes as they arrive and gives whole frames. */
export interface FrameReader {
  /** Where the next bytes are to be read to: large blocks are read straight into their final buffer. */
  target(): Uint8Array
  /** `byteLength` bytes were put at the beginning of {@link target}. */
  advance(byteLength: number): void
  /** For a stream that brings its own buffers: copies `bytes` to where they belong. */
  push(bytes: Uint8Array): void
}

/**
 * A reader that calls `receive` with each frame.
 *
 * @throws from `advance` and `push`: `channel-invalid` for anything that isn't a frame within
 * {@link frameLimits}; the channel can't be used after that. Whatever `receive` throws comes out too.
 */
export function frameReader(receive: (frame: Frame) => void): FrameReader {
  const staging = new Uint8Array(packedBytes)
  let stage: "head" | "lengths" | "metadata" | "blocks" = "head"
  /** For short sections that are done with when the next begins. */
  const scratch = new Uint8Array(4096)
  let section = scratch.subarray(0, headBytes)
  let filled = 0
  let metadataBytes = 0
  let lengths: number[] = []
  let metadata: unknown
  let blocks: ArrayBuffer[] = []

  function begin(next: typeof stage, byteLength: number): void {
    stage = next
    section = byteLength <= scratch.length ? scratch.subarray(0, byteLength) : new Uint8Array(byteLength)
    filled = 0
  }

  /** What follows when the section is full. */
  function next(): void {
    if (stage === "head") {
      const view = new DataView(section.buffer, section.byteOffset)
      const count = view.getUint32(4, true)
      metadataBytes = view.getUint32(8, true)
      if (view.getUint32(0, true) !== magic) throw invalid("bytes that begin no message")
      if (count > frameLimits.blocks) throw invalid(`a message of ${count} blocks`)
      if (metadataBytes > frameLimits.metadataBytes) throw invalid(`a message of ${metadataBytes} bytes`)
      begin("lengths", 8 * count)
    } else if (stage === "lengths") {
      const view = new DataView(section.buffer, section.byteOffset)
      lengths = []
      for (let at = 0; at < section.length; at += 8) {
        const length = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
        if (length > frameLimits.blockBytes) throw invalid(`a block of ${length} bytes`)
        lengths.push(length)
      }
      begin("metadata", metadataBytes)
    } else if (stage === "metadata") {
      metadata = parse(section)
      blocks = []
      nextBlock()
    } else {
      blocks.push(section.buffer)
      nextBlock()
    }
  }

  function nextBlock(): void {
    const length = lengths[blocks.length]
    if (length !== undefined) {
      stage = "blocks"
      section = new Uint8Array(claim(length))
      filled = 0
      return
    }
    const frame = { metadata, blocks }
    metadata = undefined
    blocks = []
    begin("head", headBytes)
    receive(frame)
  }

  /** Moves bytes to where they belong, through as many frames as they hold. */
  function distribute(bytes: Uint8Array): void {
    let at = 0
    for (;;) {
      const count = Math.min(section.length - filled, bytes.length - at)
      section.set(bytes.subarray(at, at + count), filled)
      filled += count
      at += count
      if (filled < section.length) return
      next()
    }
  }

  const direct = () => section.length - filled >= staging.length

  return {
    target: () => (direct() ? section.subarray(filled) : staging),
    advance(byteLength) {
      if (direct()) {
        filled += byteLength
        if (filled === section.length) {
          next()
          distribute(staging.subarray(0, 0))
        }
      } else {
        distribute(staging.subarray(0, byteLength))
      }
    },
    push: distribute,
  }
}

function claim(byteLength: number): ArrayBuffer {
  try {
    return new ArrayBuffer(byteLength)
  } catch {
    throw failure("out-of-memory", `There is no room for a tensor of ${byteLength} bytes: the vault ends. Open another`)
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true })

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    throw invalid("a message that isn't JSON")
  }
}

function invalid(found: string): Error {
  return channelInvalid(`The vault's channel carried ${found}, where a message was expected`)
}
