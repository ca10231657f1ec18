import { type Host, StrongroomError } from "@strongroom/core/backend"
import type { Candidate, Candidates, PassedOver } from "./candidates.js"
import { type EngineName, engineByName } from "./engines/index.js"
import type { Runtime } from "./runtime.js"

/** The engines of one thread. */
export interface StartedEngines {
  /** The one that models run on which name none. */
  readonly preferred: Runtime
  /** The one for a model that names `wanted`, or the preferred one where the app chose it or `wanted` isn't to be had. */
  forModel(wanted: unknown): Promise<Runtime>
}

/**
 * Starts the first of the engines that can be started. What was passed over, and why, goes into the report.
 *
 * @throws StrongroomError `backend-missing` where there is none.
 */
export async function startEngines({ isNamed, found, passedOver }: Candidates, host: Host): Promise<StartedEngines> {
  const reasons: PassedOver[] = [...passedOver]
  const runtimes = new Map<EngineName, Runtime>()

  async function start({ engine, place }: Candidate): Promise<Runtime | undefined> {
    try {
      const runtime = await engineByName(engine).start({ place, host, isNamed })
      runtimes.set(engine, runtime)
      return runtime
    } catch (error) {
      reasons.push({ engine, reason: error instanceof Error ? error.message : String(error) })
      return undefined
    }
  }

  const report = (engine: EngineName, wanted?: EngineName) =>
    host.observe("modules.known", { tfjsEngine: engine, ...(wanted && { wanted }), passedOver: reasons })

  for (const candidate of found) {
    const preferred = await start(candidate)
    if (preferred === undefined) continue
    report(candidate.engine)
    return {
      preferred,
      async forModel(wanted) {
        if (wanted === undefined || wanted === candidate.engine || isNamed) return preferred
        const other = found.find(({ engine }) => engine === wanted)
        const runtime = other && (runtimes.get(other.engine) ?? (await start(other)))
        report(runtime ? other.engine : candidate.engine, other?.engine)
        return runtime ?? preferred
      },
    }
  }
  throw new StrongroomError("backend-missing", `TensorFlow.js has no engine here. ${sentences(reasons)}`)
}

function sentences(reasons: readonly PassedOver[]): string {
  return reasons.map(({ engine, reason }) => `${engine}: ${reason}`).join(" ")
}
