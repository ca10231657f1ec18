import { StrongroomError } from "../errors.js"
import type { Header } from "../format/header.js"
import { limits } from "../format/limits.js"
import { isText, membersOf, type Refuse } from "../format/members.js"
import { formatTime } from "../format/time.js"
import type { JsonObject } from "../json.js"

/** What a grant is given on. Advice to an honest machine: its owner sets the clock, and can run another reader. */
export interface Terms {
  /** Valid from then, in whole seconds. */
  readonly notBefore?: Date
  /** Valid until, and not including, then. */
  readonly notAfter?: Date
  /** For the app to read: at most 256, of 1 to 256 UTF-8 bytes. */
  readonly features?: readonly string[]
  /** 1 to 256 UTF-8 bytes. */
  readonly serial?: string
  /** The model's release must not be lower. */
  readonly leastRelease?: number
  /** What the recipient showed when the grant was issued: `"none"` is the only value yet. */
  readonly evidence: string
}

/** Reads the `terms` of a grant's document. */
export function readTerms(object: JsonObject, refuse: Refuse): Terms {
  const members = membersOf(object, refuse)
  return {
    ...(members.has("notBefore") && { notBefore: members.time("notBefore") }),
    ...(members.has("notAfter") && { notAfter: members.time("notAfter") }),
    ...(members.has("features") && { features: features(members.array("features", limits.mostFeatures), refuse) }),
    ...(members.has("serial") && { serial: members.text("serial", 1, limits.mostTermText) }),
    ...(members.has("leastRelease") && { leastRelease: members.integer("leastRelease", 0, Number.MAX_SAFE_INTEGER) }),
    evidence: members.text("evidence", 0, limits.mostDocument),
  }
}

function features(values: readonly unknown[], refuse: Refuse): readonly string[] {
  const isFeature = (value: unknown) => typeof value === "string" && isText(value, 1, limits.mostTermText)
  if (!values.every((value): value is string => isFeature(value)))
    return refuse("features", "an array of short strings")
  return values
}

/** As {@link readTerms} reads it. */
export function writeTerms(terms: Partial<Terms>): JsonObject {
  const { notBefore, notAfter, features, serial, leastRelease, evidence = "none" } = terms
  return {
    ...(notBefore && { notBefore: formatTime(notBefore) }),
    ...(notAfter && { notAfter: formatTime(notAfter) }),
    ...(features && { features }),
    ...(serial !== undefined && { serial }),
    ...(leastRelease !== undefined && { leastRelease }),
    evidence,
  }
}

/** @throws StrongroomError `grant-not-yet-valid`, `grant-expired`, `grant-release`, `grant-evidence`, in that order. */
export function checkTerms(terms: Terms, header: Header, now: Date): void {
  const { notBefore, notAfter, leastRelease = 0, evidence } = terms
  if (notBefore !== undefined && now.getTime() < notBefore.getTime()) {
    const message = `The grant is valid from ${formatTime(notBefore)}, and this machine's clock says ${now.toISOString()}.`
    throw new StrongroomError("grant-not-yet-valid", message)
  }
  if (notAfter !== undefined && now.getTime() >= notAfter.getTime()) {
    const message = `The grant was valid until ${formatTime(notAfter)}. Ask the publisher for a new one.`
    throw new StrongroomError("grant-expired", message)
  }
  if (header.release < leastRelease) {
    const message = `The grant demands release ${leastRelease} of the model or later, found ${header.release}. Fetch a newer one.`
    throw new StrongroomError("grant-release", message)
  }
  if (evidence !== "none") {
    throw new StrongroomError("grant-evidence", "The grant demands evidence, and this release can give none.")
  }
}
