import type { Source } from "@strongroom/core"
import { errorFromWire } from "../channel/error-from-wire.js"
import { sourceReadBytes, type ToApp, type ToVault } from "../channel/messages.js"
import { channelInvalid } from "../channel/wire-error.js"
import { blockOf } from "../channel/wire-tensor.js"

type Answer = Extract<ToVault, { type: "source-answer" | "source-failed" }>

interface Reading {
  answer(message: Extract<Answer, { type: "source-answer" }>, blocks: readonly ArrayBuffer[]): void
  reject(error: unknown): void
}

/** A source whose bytes the app has. `answer` takes what the app sends for it. */
export interface RemoteSource extends Source {
  answer(message: Answer, blocks: readonly ArrayBuffer[]): void
}

export function remoteSource(session: number, send: (message: ToApp) => void): RemoteSource {
  const readings = new Map<number, Reading>()
  let lastRead = 0
  let closed = false

  function ask<T>(
    request: (read: number) => ToApp,
    answer: (message: { byteLength: number }, blocks: readonly ArrayBuffer[]) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted()
      if (closed) throw new TypeError("The source is closed.")
      const read = ++lastRead
      const settle = () => {
        readings.delete(read)
        signal?.removeEventListener("abort", abort)
      }
      const abort = () => {
        settle()
        reject(signal?.reason)
      }
      signal?.addEventListener("abort", abort, { once: true })
      readings.set(read, {
        answer(message, blocks) {
          settle()
          resolve(answer(message, blocks))
        },
        reject(error) {
          settle()
          reject(error)
        },
      })
      send(request(read))
    })
  }

  async function readPiece(offset: number, target: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const byteLength = target.length
    const request = (read: number): ToApp => ({ type: "source-read", session, read, offset, byteLength })
    const bytes = await ask(request, (_, blocks) => new Uint8Array(blockOf(blocks, 0)), signal)
    if (bytes.length !== byteLength) {
      throw channelInvalid(`The app gave ${bytes.length} bytes of a model, not ${byteLength}`)
    }
    target.set(bytes)
  }

  function lengthWithin(most: number, signal: AbortSignal | undefined): Promise<number> {
    return ask(
      (read) => ({ type: "source-length", session, read, most }),
      ({ byteLength }) => byteLength,
      signal,
    )
  }

  return {
    answer(message, blocks) {
      const reading = readings.get(message.read)
      // None: the read was aborted before.
      if (message.type === "source-failed") reading?.reject(errorFromWire(message.error))
      else reading?.answer(message, blocks)
    },
    byteLength: (signal) => lengthWithin(Number.MAX_SAFE_INTEGER, signal),
    lengthWithin,
    async read(offset, target, signal) {
      const pieces: Promise<void>[] = []
      for (let at = 0; at < target.length; at += sourceReadBytes) {
        pieces.push(readPiece(offset + at, target.subarray(at, at + sourceReadBytes), signal))
      }
      await Promise.all(pieces)
    },
    async close() {
      if (closed) return
      closed = true
      for (const reading of [...readings.values()]) reading.reject(new TypeError("The source is closed."))
      send({ type: "source-close", session })
    },
  }
}
