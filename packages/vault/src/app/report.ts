import { type Guarantee, type GuaranteeId, guaranteeCatalogue, type Report, reportLimits } from "@strongroom/core"
import packageJson from "../../package.json"
import type { VaultState } from "../channel/messages.js"
import { channelInvalid } from "../channel/wire-error.js"

const ids = Object.keys(guaranteeCatalogue) as readonly GuaranteeId[]

/** The vault's findings as a report: every guarantee of core's catalogue, in its order. */
export function makeReport(state: VaultState, backend: string, cachePolicy: string): Report {
  const guarantees = ids.map((id): Guarantee => {
    const finding = state.findings.find((one) => one.id === id)
    if (!finding) throw channelInvalid(`The vault said nothing of the guarantee ${id}`)
    const { mechanism, evidence } = finding
    return { id, title: guaranteeCatalogue[id].title, state: finding.state, mechanism, evidence }
  })
  return {
    format: "strongroom-report/1",
    time: new Date().toISOString(),
    place: "vault",
    platform: state.platform,
    versions: { strongroom: packageJson.version, node: state.node },
    backend: { name: backend, ...state.engine },
    cachePolicy,
    guarantees,
    limits: reportLimits,
  }
}
