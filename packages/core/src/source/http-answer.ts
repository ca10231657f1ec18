import { StrongroomError } from "../errors.js"
import { TryAgain } from "./http-retry.js"

/** The bytes that an answer carries, both ends included, of `total`. None at all: `last` is `first - 1`. */
export interface ContentRange {
  readonly first: number
  readonly last: number
  readonly total: number
}

/** What stays the same while the file behind an address does (RFC 9110, sections 8.8 and 14.4). */
export interface Validators {
  readonly byteLength: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** Statuses that often pass: RFC 9110 sections 15.5.9 and 15.6, RFC 6585 section 4. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * Reads an answer's status and headers, after bytes `first` to `last` were asked for.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`, `source-ranges`; `TryAgain` for what may pass.
 */
export function readAnswer(response: Response, place: string, first: number, last: number): ContentRange {
  const { status, headers } = response
  const contentRange = headers.get("content-range")
  if (status === 200) {
    // Servers that have nothing to cut a range from answer an empty file whole.
    if (first === 0 && headers.get("content-length") === "0") return { first: 0, last: -1, total: 0 }
    throw new StrongroomError(
      "source-ranges",
      `A part of ${place} was asked for, but the server sent the whole. Use a server that answers range requests.`,
    )
  }
  if (status === 416) {
    const total = unsatisfied(contentRange)
    if (total !== undefined) return { first, last: first - 1, total }
  }
  if (status === 404 || status === 410) {
    throw new StrongroomError("source-missing", `There is nothing at ${place} (status ${status}). Check the address.`)
  }
  if (status !== 206) {
    const failure = new StrongroomError(
      "source-unreadable",
      `${place} can't be read: the server answered with status ${status}. ${advice(status)}`,
    )
    throw passing.has(status) ? new TryAgain(failure, headers.get("retry-after")) : failure
  }
  const encoding = headers.get("content-encoding")
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new StrongroomError(
      "source-unreadable",
      `The server compresses ${place} (${encoding}), so its bytes can't be counted. Turn that off for this file.`,
    )
  }
  const range = satisfied(contentRange)
  if (range === undefined || range.first !== first || range.last !== Math.min(last, range.total - 1)) {
    throw new StrongroomError(
      "source-unreadable",
      `Bytes ${first} to ${last} of ${place} were asked for, but the answer's Content-Range is ` +
        `${contentRange === null ? "missing" : JSON.stringify(contentRange)}. ` +
        "Check the server; for another origin it must list Content-Range in Access-Control-Expose-Headers.",
    )
  }
  return range
}

/** Whether an answer holds the file from its beginning to its end, and not only because there is nothing in it. */
export function isWhole({ status, headers }: Response): boolean {
  return status === 200 && headers.get("content-length") !== "0"
}

/** How long the body is, where the answer says so: `content-length` counts what a compressed body is on its way. */
export function bodyLength({ headers }: Response): number | undefined {
  const length = headers.get("content-length")
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity"
  return encoding === "identity" && /^\d{1,15}$/.test(length ?? "") ? Number(length) : undefined
}

/** What tells this version of the file from another. */
export function readValidators(response: Response, byteLength: number): Validators {
  return {
    byteLength,
    // Weak or not: two answers are only compared with each other.
    etag: response.headers.get("etag")?.replace(/^W\//, ""),
    lastModified: response.headers.get("last-modified") ?? undefined,
  }
}

/** @throws StrongroomError `source-changed` when the two can't be of the same version. */
export function checkUnchanged(before: Validators, now: Validators, place: string): void {
  const tagged = before.etag !== undefined && now.etag !== undefined
  const dated = before.lastModified !== undefined && now.lastModified !== undefined
  const same = tagged ? before.etag === now.etag : !dated || before.lastModified === now.lastModified
  if (same && before.byteLength === now.byteLength) return
  throw new StrongroomError(
    "source-changed",
    `${place} changed while it was read (${before.byteLength} bytes before, ${now.byteLength} now). Open it again.`,
  )
}

function satisfied(header: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/i.exec(header ?? "")
  if (match === null) return undefined
  const [first, last, total] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return first <= last && last < total && Number.isSafeInteger(total) ? { first, last, total } : undefined
}

function unsatisfied(header: string | null): number | undefined {
  const match = /^bytes \*\/(\d{1,15})$/i.exec(header ?? "")
  return match === null ? undefined : Number(match[1])
}

function advice(status: number): string {
  if (status === 401 || status === 403 || status === 407) return "Give the credentials that it wants in `headers`."
  if (passing.has(status)) return "Try again later."
  return "Check the address and the server."
}
