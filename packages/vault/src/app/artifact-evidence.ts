import type { Report } from "@strongroom/core"
import { type ArtifactCounts, artifactEvidence } from "@strongroom/core/host"
import type { StoreState } from "./store-server.js"

/** `report` with what became of artifacts until now, which its guarantee `cache.policy` tells. */
export function withArtifacts(report: Report, counts: ArtifactCounts, store: StoreState | undefined): Report {
  if (report.cachePolicy !== "memory" && report.cachePolicy !== "sealed") return report
  const guarantees = report.guarantees.map((guarantee) => {
    if (guarantee.id !== "cache.policy") return guarantee
    const evidence = {
      ...Object(guarantee.evidence),
      ...artifactEvidence(counts),
      ...(store && { store: { ...store } }),
    }
    return { ...guarantee, mechanism: [guarantee.mechanism, ...failureOf(store)].join(" "), evidence }
  })
  return { ...report, guarantees }
}

function failureOf(store: StoreState | undefined): readonly string[] {
  if (!store || store.failures === 0) return []
  const times = store.failures === 1 ? "once" : `${store.failures} times`
  return [`The artifact store failed ${times}, so that more is compiled again: ${store.lastFailure}`]
}
