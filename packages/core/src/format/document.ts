import { type ErrorCode, StrongroomError } from "../errors.js"
import { type JsonObject, parseStrictJson } from "../json.js"

/** What a document is called in messages, and the codes of its faults. */
export interface DocumentKind {
  readonly name: string
  readonly invalid: ErrorCode
  readonly unsupported: ErrorCode
  readonly critical: ErrorCode
}

/**
 * Reads a document's JSON and its `format`, then its `critical`, in the order that the specification gives.
 *
 * @param format `undefined` for the manifest, which has none of its own.
 */
export function readDocument(bytes: Uint8Array, kind: DocumentKind, format: string | undefined): JsonObject {
  const document = readJson(bytes, kind)
  if (format !== undefined && document.format !== format) {
    if (typeof document.format !== "string") {
      throw new StrongroomError(kind.invalid, `The ${kind.name} has no "format". Ask the publisher for a new one.`)
    }
    const found = JSON.stringify(document.format.slice(0, 64))
    const message = `Expected a ${kind.name} of format "${format}", found ${found}. A newer release of Strongroom may read it.`
    throw new StrongroomError(kind.unsupported, message)
  }
  checkCritical(document, kind)
  return document
}

function readJson(bytes: Uint8Array, kind: DocumentKind): JsonObject {
  try {
    return parseStrictJson(bytes)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new StrongroomError(kind.invalid, `The ${kind.name} isn't strict JSON: ${error.message}.`)
  }
}

function checkCritical({ critical }: JsonObject, kind: DocumentKind): void {
  if (critical === undefined) return
  if (!Array.isArray(critical) || critical.length === 0 || critical.some((name) => typeof name !== "string")) {
    throw new StrongroomError(kind.invalid, `The ${kind.name}'s "critical" must be an array of one string or more.`)
  }
  const message = `The ${kind.name} demands ${critical.length} feature(s) that this release doesn't have. A newer one may.`
  throw new StrongroomError(kind.critical, message)
}
