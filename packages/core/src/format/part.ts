import type { PartRole } from "../backend.js"
import type { AesGcm } from "../crypto/cryptography.js"
import { plaintextChunks } from "./chunks.js"
import type { PartEntry } from "./manifest.js"
import { type ReadOptions, readPlaintext } from "./payload.js"
import type { Payload } from "./read-segment.js"

/**
 * One byte range of a sealed model. Every read is checked and decrypted anew, and nothing unauthenticated is ever given:
 * a read that fails leaves zeros. Reads may overlap in time. A part smaller than a segment shares it with others, and
 * reading it decrypts the whole segment.
 *
 * All reads throw StrongroomError `segment-corrupt`, `decryption-failed`, and what the source throws; TypeError once the
 * model is closed.
 */
export interface SealedPart {
  readonly role: PartRole
  /** A relative path with slashes. Never to appear in an error or a log. */
  readonly name: string
  readonly byteLength: number
  /**
   * Fills `target`, of exactly `byteLength` bytes, decrypting in place: the fastest way. No other thread may touch
   * `target` meanwhile, and it holds ciphertext until it holds plaintext.
   */
  into(target: Uint8Array, options?: ReadOptions): Promise<void>
  /** One whole copy, the caller's. */
  bytes(options?: ReadOptions): Promise<Uint8Array>
  /** Fills `target` from `offset` in the part. */
  read(offset: number, target: Uint8Array, options?: ReadOptions): Promise<void>
  /** In order, at most a segment or 2 MiB each; each is valid until the next is asked for. Memory is bounded. */
  chunks(options?: Pick<ReadOptions, "signal">): AsyncIterable<Uint8Array>
  /** The same as a stream of copies. */
  stream(options?: Pick<ReadOptions, "signal">): ReadableStream<Uint8Array>
}

/** `cipher` throws a TypeError once the model is closed. */
export function sealedPart(entry: PartEntry, offset: number, payload: Payload, cipher: () => AesGcm): SealedPart {
  const { role, name, byteLength } = entry
  const read = async (from: number, target: Uint8Array, options: ReadOptions = {}) => {
    if (!(target instanceof Uint8Array)) throw new TypeError("`target` must be a Uint8Array.")
    if (!Number.isSafeInteger(from) || from < 0 || from + target.length > byteLength) {
      throw new RangeError(`Expected a range within the part's ${byteLength} bytes, found ${target.length} at ${from}.`)
    }
    await readPlaintext(payload, cipher(), offset + from, target, options)
  }
  const chunks = (options: Pick<ReadOptions, "signal"> = {}) =>
    plaintextChunks(payload, cipher(), offset, byteLength, options.signal)
  return {
    role,
    name,
    byteLength,
    read,
    chunks,
    async into(target, options) {
      if (target.length !== byteLength) {
        throw new RangeError(`Expected a target of ${byteLength} bytes, found ${target.length}.`)
      }
      await read(0, target, options)
    },
    async bytes(options) {
      const target = new Uint8Array(byteLength)
      await read(0, target, options)
      return target
    },
    stream(options) {
      const iterator = chunks(options)
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await iterator.next()
          if (done) controller.close()
          else controller.enqueue(value.slice())
        },
        async cancel() {
          await iterator.return()
        },
      })
    },
  }
}
