import type { Fingerprint, Json } from "../backend.js"
import type { GuaranteeId } from "./catalogue.js"

/**
 * - `enforced`: a mechanism makes it so, and was seen to work.
 * - `observed`: nothing enforces it, but it was looked at and held.
 * - `unavailable`: nothing here gives it.
 * - `off`: it could be given and was switched off.
 */
export type GuaranteeState = "enforced" | "observed" | "unavailable" | "off"

/** One named property of a vault, with what makes it true and what was seen. docs/guarantees.md explains each. */
export interface Guarantee {
  /** One of {@link guaranteeCatalogue}: `"process.environment"`. */
  readonly id: GuaranteeId
  /** One plain sentence: what holds if the state is `enforced`. */
  readonly title: string
  readonly state: GuaranteeState
  /** What makes it so; for `unavailable`, what is missing. */
  readonly mechanism: string
  readonly evidence: Json
}

/** What a vault can say of itself: data for a program, {@link formatReport} makes it text for a person. */
export interface Report {
  readonly format: "strongroom-report/1"
  /** When it was made: RFC 3339, UTC. */
  readonly time: string
  /** `"vault"`, or `"in-process"` where there is none. */
  readonly place: "vault" | "in-process"
  readonly platform: string
  readonly versions: { readonly strongroom: string; readonly node?: string }
  readonly backend: { readonly name: string } & Partial<Fingerprint>
  readonly cachePolicy: string
  readonly guarantees: readonly Guarantee[]
  /** What is not promised in any case, a sentence each. */
  readonly limits: readonly string[]
}
