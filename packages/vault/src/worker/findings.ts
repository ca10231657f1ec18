import type { GuaranteeId, GuaranteeState } from "@strongroom/core"
import type { Json } from "@strongroom/core/backend"
import type { VaultState } from "../channel/messages.js"

/** What was found of one guarantee. */
export interface Finding {
  readonly state: GuaranteeState
  /** What makes it so, or what is missing. */
  readonly mechanism: string
  readonly evidence: { readonly [name: string]: Json }
}

export type Findings = { readonly [id in GuaranteeId]: Finding }

export function unavailable(mechanism: string, evidence: Finding["evidence"] = {}): Finding {
  return { state: "unavailable", mechanism, evidence }
}

/** Ids that hold: a publisher's policy and `strict` may count on them. */
export function held(findings: Findings): readonly string[] {
  return Object.entries(findings).flatMap(([id, { state }]) =>
    state === "enforced" || state === "observed" ? [id] : [],
  )
}

/** For the app, with the evidence that the backend gave, by guarantee: it changes no state. */
export function listFindings(
  findings: Findings,
  observed: ReadonlyMap<string, readonly Json[]>,
): VaultState["findings"] {
  return Object.entries(findings).map(([id, { state, mechanism, evidence }]) => {
    const own = observed.get(id)
    return { id, state, mechanism, evidence: own === undefined ? evidence : { ...evidence, backend: own } }
  })
}
