import type { Json } from "@strongroom/core/backend"

/** What engines have observed, by guarantee. */
export interface EngineEvidence {
  add(guarantee: string, evidence: Json): void
  readonly byGuarantee: ReadonlyMap<string, readonly Json[]>
}

/** Of a backend, for one guarantee. */
const mostEvidence = 32

/** Each thread's engine observes the same: it is kept once, and no more than a report can hold. */
export function engineEvidence(): EngineEvidence {
  const byGuarantee = new Map<string, readonly Json[]>()
  return {
    byGuarantee,
    add(guarantee, evidence) {
      const known = byGuarantee.get(guarantee) ?? []
      const text = JSON.stringify(evidence)
      const isKnown = known.some((one) => JSON.stringify(one) === text)
      byGuarantee.set(guarantee, isKnown || known.length >= mostEvidence ? known : [...known, evidence])
    },
  }
}
