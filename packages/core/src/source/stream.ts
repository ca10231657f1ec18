import { StrongroomError } from "../errors.js"
import { unlessAborted } from "./abort.js"
import { checkRead, checkWithin } from "./check-read.js"
import type { Source } from "./source.js"

export interface StreamSourceOptions {
  /** How long it will be, where that is known. Default: `byteLength()` waits for the end. */
  readonly byteLength?: number
  /** Hears how many bytes have come, of `byteLength`. */
  onProgress?(receivedBytes: number, totalBytes: number | undefined): void
}

/**
 * What comes once, from its beginning to its end: the body of an answer, say. It is kept in memory, as it is; a read waits
 * until its last byte has come. Nothing is taken from the stream before the first call; closing the source cancels it. With
 * `byteLength` all of it is taken then; without, no more than was asked for, so that a stream without an end fills no memory:
 * who opens a model asks for as much as its header says. `byteLength()` asks for all.
 *
 * @throws StrongroomError `out-of-memory`, at once where `byteLength` is too much. From its methods also `source-unreadable`
 * when the stream fails or is longer than `byteLength`, and `truncated`.
 */
export function streamSource(stream: ReadableStream<Uint8Array>, options: StreamSourceOptions = {}): Source {
  if (!(stream instanceof ReadableStream)) throw new TypeError("streamSource needs a ReadableStream of bytes.")
  const { byteLength: expected } = options
  if (expected !== undefined && (!Number.isSafeInteger(expected) || expected < 0)) {
    throw new RangeError("`byteLength` must be an integer from 0.")
  }
  let memory = allocated(expected ?? 65_536)
  let received = 0
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let ended: Promise<void> | undefined
  let failure: { readonly reason: unknown } | undefined
  /** How much has been asked for, and who goes on when it is more. */
  let wanted = expected === undefined ? 0 : Number.POSITIVE_INFINITY
  let goOn: (() => void) | undefined
  const waiting = new Set<{ readonly until: number; wake(): void }>()

  function take(piece: Uint8Array): void {
    const end = received + piece.length
    if (expected !== undefined && end > expected) throw tooLong(expected)
    if (end > memory.length) {
      const larger = allocated(Math.max(end, 2 * memory.length))
      larger.set(memory.subarray(0, received))
      memory = larger
    }
    memory.set(piece, received)
    received = end
    for (const one of waiting) if (one.until <= received) one.wake()
    options.onProgress?.(received, expected)
  }

  async function whenMoreIsWanted(): Promise<void> {
    while (received >= wanted && failure === undefined) {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
    }
  }

  async function pull(): Promise<void> {
    reader = stream.getReader()
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        take(next.value)
        await whenMoreIsWanted()
      }
    } catch (cause) {
      reader.cancel().catch(() => {})
      failure ??= { reason: StrongroomError.is(cause) ? cause : broken(cause) }
    } finally {
      for (const one of waiting) one.wake()
    }
  }

  /** Waits for that many bytes, or for the end. */
  async function whenReceived(until: number): Promise<void> {
    wanted = Math.max(wanted, until)
    goOn?.()
    ended ??= pull()
    if (received < until && failure === undefined) {
      let one: { readonly until: number; wake(): void } | undefined
      const enough = new Promise<void>((resolve) => {
        one = { until, wake: resolve }
        waiting.add(one)
      })
      await Promise.race([enough, ended])
      if (one) waiting.delete(one)
    }
    if (received < until && failure !== undefined) throw failure.reason
  }

  return {
    async byteLength(signal) {
      signal?.throwIfAborted()
      if (expected !== undefined) return expected
      await unlessAborted(whenReceived(Number.POSITIVE_INFINITY), signal)
      return received
    },
    async lengthWithin(most, signal) {
      if (Number.isNaN(most)) throw new RangeError("`most` must be a number.")
      signal?.throwIfAborted()
      if (expected !== undefined) return expected
      await unlessAborted(whenReceived(most + 1), signal)
      return received
    },
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      if (expected !== undefined) checkWithin(offset, target.length, expected)
      await unlessAborted(whenReceived(offset + target.length), signal)
      checkWithin(offset, target.length, received)
      target.set(memory.subarray(offset, offset + target.length))
    },
    async close() {
      failure ??= { reason: new TypeError("The source is closed.") }
      for (const one of waiting) one.wake()
      goOn?.()
      await (reader ?? stream).cancel().catch(() => {})
      memory = new Uint8Array(0)
      received = 0
    },
  }
}

/** Who says how long a stream will be may say anything. */
function allocated(byteLength: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(byteLength)
  } catch (cause) {
    const message = `A stream of ${byteLength} bytes doesn't fit into memory here. Read it by ranges.`
    throw new StrongroomError("out-of-memory", message, { cause })
  }
}

function broken(cause: unknown): StrongroomError {
  const message = "The stream failed before its end. Check where it comes from, and try again."
  return new StrongroomError("source-unreadable", message, { cause })
}

function tooLong(expected: number): StrongroomError {
  const message = `The stream holds more than the ${expected} bytes expected. Check where it comes from.`
  return new StrongroomError("source-unreadable", message)
}
