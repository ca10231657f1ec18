import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Artifacts } from "@strongroom/core/backend"
import type { Device } from "@strongroom/opencl/objects"
import type { Place } from "../place.js"
import { alignmentOf, kernelDevice } from "../plan/lower.js"
import type { PlanRecord } from "./plan-record.js"

/** Plans of a model that another session, or an earlier one, has made of its graph. */
export interface KeptPlans {
  /** False: the graph was read by this very engine, and found to be one that it runs. */
  readonly isEmpty: boolean
  /** @param key shapes of inputs, and outputs */
  get(key: string): PlanRecord | undefined
  /** Remembers one, to be kept. */
  add(key: string, record: PlanRecord): void
  /** Keeps what was added since. */
  keep(): Promise<void>
}

const artifactKey = "plans"

/** The latest are kept: as many as a session stays ready for. */
const mostPlans = 4

/** Of all together as they are kept, in bytes. A ResNet-50 has 0.5 MB, a loop that is written out far more. */
const mostBytes = 2 ** 22

/** What this engine is made of: what another version has planned may be launches of other kernels, or in another order. */
const code = createHash("sha256")
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest("base64")

export async function keptPlans(place: Place, artifacts: Pick<Artifacts, "get" | "put">): Promise<KeptPlans> {
  const device = place.context.devices[0] as Device
  const maker = JSON.stringify([code, kernelDevice(device, place.kernels), alignmentOf(device), place.tuning])
  /** The latest is the last. */
  const plans = await plansOf(maker, artifacts)
  let isNew = false
  return {
    get isEmpty() {
      return plans.size === 0
    },
    get: (key) => plans.get(key),
    add(key, record) {
      if (plans.has(key)) return
      plans.set(key, record)
      isNew = true
    },
    async keep() {
      if (!isNew) return
      isNew = false
      const bytes = encoded(maker, plans)
      if (bytes !== undefined) await artifacts.put(artifactKey, bytes)
    },
  }
}

/** As JSON. Takes the oldest away until there aren't too many, nor too long ones. */
function encoded(maker: string, plans: Map<string, PlanRecord>): Uint8Array | undefined {
  for (const oldest of plans.keys()) {
    if (plans.size <= mostPlans) {
      const bytes = new TextEncoder().encode(JSON.stringify({ maker, plans: [...plans] }))
      if (bytes.length <= mostBytes) return bytes
    }
    plans.delete(oldest)
  }
  return undefined
}

/** What is kept is this engine's own, by the artifacts' contract: only who made it, and whether it is whole, is asked. */
async function plansOf(maker: string, artifacts: Pick<Artifacts, "get">): Promise<Map<string, PlanRecord>> {
  const kept = await artifacts.get(artifactKey)
  try {
    const { maker: theirs, plans } = kept === undefined ? {} : JSON.parse(new TextDecoder().decode(kept.bytes))
    return new Map(theirs === maker ? plans : [])
  } catch {
    return new Map()
  } finally {
    kept?.close()
  }
}
