import { version as strongroom } from "../../package.json"
import type { ArtifactCounts } from "../artifact-store/tally.js"
import type { Fingerprint, Json } from "../backend.js"
import type { CachePolicy } from "../cache-policy.js"
import { type GuaranteeId, guaranteeCatalogue } from "./catalogue.js"
import type { Guarantee, GuaranteeState, Report } from "./guarantee.js"
import { pageLimits, reportLimits } from "./limits.js"

/** What holds where there is no vault, and why. Everything else is unavailable. */
const held: { readonly [Id in GuaranteeId]?: { readonly state: GuaranteeState; readonly mechanism: string } } = {
  "model.authentic": {
    state: "enforced",
    mechanism: "Every segment's digest is signed, and checked over the bytes that are then decrypted.",
  },
}

const noVault = "There is no vault: the model runs in the app's own process."

/** The ids of the guarantees that hold in a process without a vault. */
export const heldInProcess = Object.keys(held) as readonly GuaranteeId[]

/** The report of a session without a vault. */
export function inProcessReport(
  backendName: string,
  fingerprint: Fingerprint,
  { cachePolicy, counts }: { readonly cachePolicy: CachePolicy; readonly counts: ArtifactCounts },
  evidence: ReadonlyMap<string, readonly Json[]>,
): Report {
  const { engine, version, device, driver } = fingerprint
  const ids = Object.keys(guaranteeCatalogue) as GuaranteeId[]
  const { node, platform } = machine()
  const keeps = cachePolicy === "memory" || cachePolicy === "sealed"
  return {
    format: "strongroom-report/1",
    time: new Date().toISOString(),
    place: "in-process",
    platform,
    versions: { strongroom, ...(node === undefined ? {} : { node }) },
    backend: { name: backendName, engine, version, device, driver },
    cachePolicy,
    limits: node === undefined ? pageLimits : reportLimits,
    guarantees: ids.map((id): Guarantee => {
      const { state, mechanism } = held[id] ?? { state: "unavailable", mechanism: "" }
      return {
        id,
        title: guaranteeCatalogue[id].title,
        state,
        mechanism: `${mechanism} ${noVault}`.trim(),
        evidence: [...(evidence.get(id) ?? []), ...(id === "cache.policy" && keeps ? [artifactEvidence(counts)] : [])],
      }
    }),
  }
}

/** What became of artifacts, as a report has it. */
export function artifactEvidence(counts: ArtifactCounts): { readonly artifacts: Json } {
  return { artifacts: { ...counts, ignored: { ...counts.ignored } } }
}

/** Node's own words where this is Node, else the page's. */
function machine(): { readonly platform: string; readonly node?: string } {
  if (typeof process === "object" && typeof process.versions?.node === "string") {
    return { platform: `${process.platform}-${process.arch}`, node: process.versions.node }
  }
  return { platform: typeof navigator === "object" ? navigator.userAgent : "unknown" }
}
