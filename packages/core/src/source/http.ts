import { StrongroomError } from "../errors.js"
import { linkSignals, withSignals } from "./abort.js"
import { checkRead, checkWithin } from "./check-read.js"
import {
  bodyLength,
  type ContentRange,
  checkUnchanged,
  isWhole,
  readAnswer,
  readValidators,
  type Validators,
} from "./http-answer.js"
import { TryAgain, withRetries } from "./http-retry.js"
import { lengthWithin } from "./length-within.js"
import { sharedWork } from "./shared-work.js"
import type { Source } from "./source.js"
import { streamSource } from "./stream.js"

export interface HttpSourceOptions {
  /** Makes the requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Sent with every request, such as `authorization`. Default: none. */
  readonly headers?: { readonly [name: string]: string }
  /** How often a request that failed in a way that may pass is made again. Default: 3. */
  readonly retries?: number
  /**
   * What to do with a server that answers no range requests. `refuse`, the default: `source-ranges`. `download`: the answer
   * to the first request, which is then the whole file, is read to its end and kept in memory, as ciphertext; reads wait
   * for their bytes. A connection that fails meanwhile is not taken up again.
   */
  readonly withoutRanges?: "refuse" | "download"
  /** Hears how many bytes have come, of the file's, or of `undefined` where the server doesn't say. Ranges may repeat. */
  onProgress?(receivedBytes: number, totalBytes: number | undefined): void
}

/** The first request brings this much: it tells the length, and header and tables of a small model with it. */
const headLength = 65_536

/** What the first answer gave: the file's beginning, or all of it as it comes. */
type Opened = { readonly validators: Validators; readonly head: Uint8Array } | { readonly whole: Source }

/**
 * A file on a web server, read by range requests (RFC 9110, section 14). Nothing is asked before the first call. Every
 * answer must be of the version that the first one was of: same length, and same ETag or, without one, Last-Modified.
 *
 * @throws TypeError for an address that isn't http or https, or holds a password.
 * @throws StrongroomError from its methods: `source-missing` (404, 410), `source-unreadable` (other statuses, a network
 *   that fails, answers that aren't what was asked for), `source-ranges`, `source-changed`, `truncated`; `out-of-memory`
 *   where it is downloaded and says that it is longer than memory.
 */
export function httpSource(url: string | URL, options: HttpSourceOptions = {}): Source {
  const address = parseAddress(url)
  // Queries may hold signatures and tokens: messages go without.
  const place = `${address.origin}${address.pathname}`
  const fetch = options.fetch ?? globalThis.fetch
  const ownHeaders = new Headers(options.headers)
  const retries = options.retries ?? 3
  if (!Number.isSafeInteger(retries) || retries < 0) throw new RangeError("`retries` must be an integer from 0.")
  const withoutRanges = options.withoutRanges ?? "refuse"
  if (withoutRanges !== "refuse" && withoutRanges !== "download") {
    throw new TypeError('`withoutRanges` must be "refuse" or "download".')
  }
  const closing = new AbortController()
  let received = 0
  const progress = (count: number, total: number | undefined) => {
    received += count
    options.onProgress?.(received, total)
  }

  async function request(first: number, last: number, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(ownHeaders)
    // With a range, fetch itself asks for `accept-encoding: identity` (Fetch standard, HTTP-network-or-cache fetch).
    headers.set("range", `bytes=${first}-${last}`)
    try {
      return await fetch(address, { headers, signal })
    } catch (cause) {
      throw new TryAgain(unreachable(place, cause))
    }
  }

  function rangeOf(response: Response, first: number, last: number): ContentRange {
    try {
      return readAnswer(response, place, first, last)
    } catch (error) {
      discard(response)
      throw error
    }
  }

  async function open(signal: AbortSignal): Promise<Opened> {
    return withRetries(retries, signal, async () => {
      const calling = linkSignals(signal)
      const response = await request(0, headLength - 1, linkSignals(calling.signal, closing.signal).signal)
      if (withoutRanges === "download" && isWhole(response)) {
        // It is read for as long as the source is open, whoever asked first.
        calling.unlink()
        return { whole: wholeFile(response) }
      }
      const range = rangeOf(response, 0, headLength - 1)
      const head = new Uint8Array(range.last + 1)
      if (head.length === 0 && range.total > 0) {
        discard(response)
        throw wrongLength(place, head.length, Math.min(headLength, range.total))
      }
      await drain(response, place, head, (count) => progress(count, range.total))
      return { validators: readValidators(response, range.total), head }
    })
  }

  // Whoever calls first makes the first request, for all.
  const opening = sharedWork(open)

  const withSignal = <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) =>
    withSignals([closing.signal, signal], work)

  async function readFrom(offset: number, target: Uint8Array, signal: AbortSignal): Promise<void> {
    const opened = await opening.wait(signal)
    if ("whole" in opened) return opened.whole.read(offset, target, signal)
    const { validators, head } = opened
    checkWithin(offset, target.length, validators.byteLength)
    if (offset + target.length <= head.length || target.length === 0) {
      target.set(head.subarray(offset, offset + target.length))
      return
    }
    let filled = 0
    await withRetries(retries, signal, async () => {
      const first = offset + filled
      const last = offset + target.length - 1
      const response = await request(first, last, signal)
      const range = rangeOf(response, first, last)
      try {
        checkUnchanged(validators, readValidators(response, range.total), place)
        if (range.last !== last) throw wrongLength(place, range.last - first + 1, last - first + 1)
      } catch (error) {
        discard(response)
        throw error
      }
      await drain(response, place, target.subarray(filled), (count) => {
        filled += count
        progress(count, validators.byteLength)
      })
    })
  }

  /** `most`: see `lengthWithin` of {@link Source}. */
  async function byteLength(signal: AbortSignal, most: number): Promise<number> {
    const opened = await opening.wait(signal)
    return "whole" in opened ? lengthWithin(opened.whole, most, signal) : opened.validators.byteLength
  }

  function wholeFile(response: Response): Source {
    const length = bodyLength(response)
    try {
      return streamSource(response.body ?? new Blob([]).stream(), {
        ...(length !== undefined && { byteLength: length }),
        onProgress: (total) => progress(total - received, length),
      })
    } catch (error) {
      discard(response)
      throw error
    }
  }

  return {
    byteLength: (signal) => withSignal(signal, (linked) => byteLength(linked, Number.POSITIVE_INFINITY)),
    lengthWithin: (most, signal) => withSignal(signal, (linked) => byteLength(linked, most)),
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      await withSignal(signal, (linked) => readFrom(offset, target, linked))
    },
    async close() {
      opening.forget()
      closing.abort(new TypeError("The source is closed."))
    },
  }
}

function parseAddress(url: string | URL): URL {
  const address = new URL(url, globalThis.location?.href)
  if (address.protocol !== "http:" && address.protocol !== "https:") {
    throw new TypeError(`httpSource reads http and https addresses, not ${address.protocol} ones.`)
  }
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("An address can't hold a password: give an `authorization` header in `headers`.")
  }
  return address
}

/** Fills the whole of `target` from the answer's body, telling `received` of every piece. */
async function drain(
  response: Response,
  place: string,
  target: Uint8Array,
  received: (count: number) => void,
): Promise<void> {
  const reader = response.body?.getReader()
  let filled = 0
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read()
      if (done) break
      if (filled + value.length > target.length) throw wrongLength(place, filled + value.length, target.length)
      target.set(value, filled)
      filled += value.length
      received(value.length)
    }
  } catch (cause) {
    reader?.cancel().catch(() => {})
    throw StrongroomError.is(cause) ? cause : new TryAgain(unreachable(place, cause))
  }
  if (filled < target.length) throw new TryAgain(wrongLength(place, filled, target.length))
}

/** Lets go of an answer's connection. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => {})
}

function unreachable(place: string, cause: unknown): StrongroomError {
  return new StrongroomError(
    "source-unreadable",
    `${place} can't be read: the connection failed. Check the address and the network, and try again.`,
    { cause },
  )
}

function wrongLength(place: string, found: number, expected: number): StrongroomError {
  return new StrongroomError(
    "source-unreadable",
    `${expected} bytes of ${place} were expected, but the answer held ${found}. Try again, or check the server.`,
  )
}
