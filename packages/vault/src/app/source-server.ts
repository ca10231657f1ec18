import type { Source } from "@strongroom/core"
import { StrongroomError } from "@strongroom/core"
import { lengthWithin } from "@strongroom/core/host"
import { natural } from "../channel/check.js"
import { sourceReadBytes, type ToApp, type ToVault } from "../channel/messages.js"
import { channelInvalid, toWireError, wordsOf } from "../channel/wire-error.js"

type SourceRequest = Extract<ToApp, { type: `source-${string}` }>

/** Reads sealed models that live in the app, for the vault. Only ciphertext passes here. */
export interface SourceServer {
  /** From now on the source is the session's, and is closed with it. */
  add(session: number, source: Source): void
  serve(request: SourceRequest): void
  /** Stops reads and closes the session's source, if it has one. */
  close(session: number): void
  closeAll(): void
}

export function sourceServer(send: (message: ToVault, blocks?: readonly Uint8Array[]) => void): SourceServer {
  const open = new Map<number, { source: Source; reading: AbortController }>()

  async function answer(request: Exclude<SourceRequest, { type: "source-close" }>): Promise<void> {
    const { session, read } = request
    try {
      const entry = open.get(session)
      if (!entry) throw new StrongroomError("source-missing", "The model's source is closed: load the model again")
      const { signal } = entry.reading
      if (request.type === "source-length") {
        const byteLength: unknown = await lengthWithin(entry.source, request.most, signal)
        if (!natural(byteLength)) throw new TypeError(`its length is no number of bytes: ${wordsOf(byteLength)}`)
        send({ type: "source-answer", session, read, byteLength })
        return
      }
      if (request.byteLength > sourceReadBytes) {
        throw channelInvalid(`The vault asked for ${request.byteLength} bytes at once`)
      }
      const bytes = new Uint8Array(request.byteLength)
      await entry.source.read(request.offset, bytes, signal)
      send({ type: "source-answer", session, read, byteLength: bytes.length }, [bytes])
    } catch (error) {
      send({ type: "source-failed", session, read, error: toWireError(readable(error)) })
    }
  }

  function close(session: number): void {
    const entry = open.get(session)
    open.delete(session)
    entry?.reading.abort()
    if (entry) void closeQuietly(entry.source)
  }

  return {
    add(session, source) {
      open.set(session, { source, reading: new AbortController() })
    },
    serve(request) {
      if (request.type === "source-close") close(request.session)
      else void answer(request)
    },
    close,
    closeAll() {
      for (const session of [...open.keys()]) close(session)
    },
  }
}

/** Nobody is left who could do anything about a source that doesn't close. */
async function closeQuietly(source: Source): Promise<void> {
  try {
    await source.close()
  } catch {
    // See above.
  }
}

/** What an app's own source throws may be anything: it becomes the code that a reader expects. */
function readable(error: unknown): unknown {
  if (StrongroomError.is(error) || (error instanceof DOMException && error.name === "AbortError")) return error
  return new StrongroomError("source-unreadable", `The model's source failed: ${wordsOf(error)}`)
}
