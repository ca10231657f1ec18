import { StrongroomError } from "../errors.js"
import { linkSignals, unlessAborted } from "./abort.js"
import { checkRead, checkWithin } from "./check-read.js"
import { type ContentRange, checkUnchanged, readAnswer, readValidators, type Validators } from "./http-answer.js"
import { TryAgain, withRetries } from "./http-retry.js"
import type { Source } from "./source.js"

export interface HttpSourceOptions {
  /** Makes the requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Sent with every request, such as `authorization`. Default: none. */
  readonly headers?: { readonly [name: string]: string }
  /** How often a request that failed in a way that may pass is made again. Default: 3. */
  readonly retries?: number
}

/** The first request brings this much: it tells the length, and header and tables of a small model with it. */
const headLength = 65_536

interface Opened {
  readonly validators: Validators
  readonly head: Uint8Array
}

/**
 * A file on a web server, read by range requests (RFC 9110, section 14). Nothing is asked before the first call. Every
 * answer must be of the version that the first one was of: same length, and same ETag or, without one, Last-Modified.
 *
 * @throws TypeError for an address that isn't http or https, or holds a password.
 * @throws StrongroomError from its methods: `source-missing` (404, 410), `source-unreadable` (other statuses, a network
 *   that fails, answers that aren't what was asked for), `source-ranges`, `source-changed`, `truncated`.
 */
export function httpSource(url: string | URL, options: HttpSourceOptions = {}): Source {
  const address = parseAddress(url)
  // Queries may hold signatures and tokens: messages go without.
  const place = `${address.origin}${address.pathname}`
  const request = options.fetch ?? globalThis.fetch
  const ownHeaders = new Headers(options.headers)
  const retries = options.retries ?? 3
  if (!Number.isSafeInteger(retries) || retries < 0) throw new RangeError("`retries` must be an integer from 0.")
  const closing = new AbortController()

  async function ask(first: number, last: number, signal: AbortSignal): Promise<[Response, ContentRange]> {
    const headers = new Headers(ownHeaders)
    // With a range, fetch itself asks for `accept-encoding: identity` (Fetch standard, HTTP-network-or-cache fetch).
    headers.set("range", `bytes=${first}-${last}`)
    let response: Response
    try {
      response = await request(address, { headers, signal })
    } catch (cause) {
      throw new TryAgain(unreachable(place, cause))
    }
    try {
      return [response, readAnswer(response, place, first, last)]
    } catch (error) {
      discard(response)
      throw error
    }
  }

  async function open(signal: AbortSignal): Promise<Opened> {
    return withRetries(retries, signal, async () => {
      const [response, range] = await ask(0, headLength - 1, signal)
      const head = new Uint8Array(range.last + 1)
      if (head.length === 0 && range.total > 0) {
        discard(response)
        throw wrongLength(place, head.length, Math.min(headLength, range.total))
      }
      await drain(response, place, head, () => {})
      return { validators: readValidators(response, range.total), head }
    })
  }

  // One first request serves all who wait for it, and is given up when the last of them has gone.
  let opened: Opened | undefined
  let opening: { readonly result: Promise<Opened>; readonly controller: AbortController; waiting: number } | undefined

  function startOpening() {
    const controller = new AbortController()
    const result = open(controller.signal)
    const started = { result, controller, waiting: 0 }
    result.then(
      (value) => {
        opened = value
      },
      () => {
        if (opening === started) opening = undefined
      },
    )
    return started
  }

  async function whenOpened(signal: AbortSignal): Promise<Opened> {
    if (opened !== undefined) return opened
    opening ??= startOpening()
    const current = opening
    current.waiting++
    try {
      return await unlessAborted(current.result, signal)
    } finally {
      current.waiting--
      if (current.waiting === 0 && opened === undefined) {
        if (opening === current) opening = undefined
        current.controller.abort(signal.reason)
      }
    }
  }

  async function withSignal<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const linked = linkSignals(closing.signal, signal)
    try {
      linked.signal.throwIfAborted()
      return await work(linked.signal)
    } finally {
      linked.unlink()
    }
  }

  async function readFrom(offset: number, target: Uint8Array, signal: AbortSignal): Promise<void> {
    const { validators, head } = await whenOpened(signal)
    checkWithin(offset, target.length, validators.byteLength)
    if (offset + target.length <= head.length || target.length === 0) {
      target.set(head.subarray(offset, offset + target.length))
      return
    }
    let filled = 0
    await withRetries(retries, signal, async () => {
      const first = offset + filled
      const last = offset + target.length - 1
      const [response, range] = await ask(first, last, signal)
      try {
        checkUnchanged(validators, readValidators(response, range.total), place)
        if (range.last !== last) throw wrongLength(place, range.last - first + 1, last - first + 1)
      } catch (error) {
        discard(response)
        throw error
      }
      await drain(response, place, target.subarray(filled), (count) => {
        filled += count
      })
    })
  }

  return {
    byteLength: (signal) => withSignal(signal, async (linked) => (await whenOpened(linked)).validators.byteLength),
    async read(offset, target, signal) {
      checkRead(offset, target, signal)
      await withSignal(signal, (linked) => readFrom(offset, target, linked))
    },
    async close() {
      opened = undefined
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
