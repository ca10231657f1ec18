import { type Host, StrongroomError } from "@strongroom/core/backend"
import type { Candidate, Candidates, PassedOver } from "./candidates.js"
import type { Runtime } from "./runtime.js"

/** The engines of one thread. */
export interface StartedEngines {
  /** The one that models run on which name none. */
  readonly preferred: Runtime
  /** The one for a model that names `wanted`, or the preferred one where the app chose it or `wanted` isn't to be had. */
  forModel(wanted: unknown): Promise<Runtime>
  /** Whether there is an engine that runs SavedModels. */
  readonly haveSavedModels: boolean
  /** The first of those, or `undefined` where none can be started. */
  forSavedModel(): Promise<Runtime | undefined>
}

/** Those that are TensorFlow's own library. */
const savedModelEngines: readonly string[] = ["tfjs-node-gpu", "tfjs-node"]

/**
 * Starts, by `startOne`, the first of the engines that can be started. What was passed over, and why, goes into the report.
 *
 * @throws StrongroomError `backend-missing` where there is none.
 */
export async function startEngines<Name extends string>(
  { isNamed, found, passedOver }: Candidates<Name>,
  host: Host,
  startOne: (candidate: Candidate<Name>) => Promise<Runtime>,
): Promise<StartedEngines> {
  const reasons: PassedOver<Name>[] = [...passedOver]
  const runtimes = new Map<Name, Runtime>()

  async function start(candidate: Candidate<Name>): Promise<Runtime | undefined> {
    const { engine } = candidate
    try {
      const runtime = await startOne(candidate)
      runtimes.set(engine, runtime)
      return runtime
    } catch (error) {
      reasons.push({ engine, reason: error instanceof Error ? error.message : String(error) })
      return undefined
    }
  }

  const report = (engine: Name, wanted?: Name) =>
    host.observe("modules.known", { tfjsEngine: engine, ...(wanted && { wanted }), passedOver: reasons })

  for (const candidate of found) {
    const preferred = await start(candidate)
    if (preferred === undefined) continue
    report(candidate.engine)
    const withSavedModels = found.filter(({ engine }) => savedModelEngines.includes(engine))
    return {
      preferred,
      haveSavedModels: withSavedModels.length > 0,
      async forSavedModel() {
        for (const other of withSavedModels) {
          const runtime = runtimes.get(other.engine) ?? (await start(other))
          if (runtime === undefined) continue
          report(other.engine)
          return runtime
        }
        return undefined
      },
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

function sentences(reasons: readonly PassedOver<string>[]): string {
  return reasons.map(({ engine, reason }) => `${engine}: ${reason}`).join(" ")
}
