import { type Artifacts, StrongroomError } from "@strongroom/core/backend"
import type { KernelDevice } from "../../kernels/kernel-device.js"
import type { Place } from "../../place.js"
import { estimatedTuning, type Question, type Tuning } from "../../plan/tuning.js"
import type { SessionKernels } from "../kernels-of-session.js"
import { measure } from "./measure.js"
import { addTimes, decodeTimes, encodeTimes, type Times } from "./times.js"

/** How a session finds which kernels are soonest. */
export interface SessionTuning {
  /** What is known so far; estimates for the rest, which is remembered. */
  readonly tuning: Tuning
  /** Finds out what {@link tuning} was asked and didn't know. True: it knows more now. */
  learn(): Promise<boolean>
  close(): Promise<void>
}

/** Goes by estimates, which need no device. */
export const estimating: SessionTuning = {
  tuning: estimatedTuning,
  async learn() {
    return false
  },
  async close() {},
}

const artifactKey = "tuning"

/**
 * Measures candidates on the device, each once for all sessions of the model that find what was kept.
 *
 * @param kernels for what is measured: none is kept, but other shapes of a session's inputs find theirs. Closed with it
 * @param goOn throws when nobody waits any more
 */
export async function measuring(
  place: Place,
  device: KernelDevice,
  kernels: SessionKernels,
  artifacts: Pick<Artifacts, "get" | "put">,
  goOn: () => void,
): Promise<SessionTuning> {
  const times = await keptTimes(artifacts)
  const asked = new Map<string, Question>()
  /** What the device had no room to measure. */
  const unmeasured = new Set<string>()
  const keyOf = ({ key }: Question) => `${device.vectorWidth} ${device.computeUnits} ${key}`

  async function measureAll(questions: readonly Question[]): Promise<void> {
    const trials = questions.flatMap(({ candidates }) => candidates.map((candidate) => candidate.trial()))
    const measured = await measure(place, kernels, trials, goOn)
    let first = 0
    for (const question of questions) {
      const { candidates } = question
      const own = candidates.map(({ name }, index) => [name, measured[first + index] as number])
      addTimes(times, keyOf(question), Object.fromEntries(own))
      first += candidates.length
    }
    const bytes = encodeTimes(times)
    if (bytes !== undefined) await artifacts.put(artifactKey, bytes)
  }

  return {
    tuning(question) {
      const known = times.get(keyOf(question))
      const costs = question.candidates.map(({ name }) => known?.[name])
      if (costs.every((cost) => cost !== undefined)) return costs
      if (question.candidates.length > 1 && !unmeasured.has(keyOf(question))) asked.set(keyOf(question), question)
      return estimatedTuning(question)
    },
    async learn() {
      const questions = [...asked.values()]
      asked.clear()
      if (questions.length === 0) return false
      try {
        await measureAll(questions)
        return true
      } catch (error) {
        if (!(StrongroomError.is(error) && error.code === "out-of-memory")) throw error
        // Measuring takes memory that the network may not: it goes by estimates.
        for (const question of questions) unmeasured.add(keyOf(question))
        return false
      }
    },
    close: () => kernels.close(),
  }
}

async function keptTimes(artifacts: Pick<Artifacts, "get">): Promise<Times> {
  const kept = await artifacts.get(artifactKey)
  try {
    return kept === undefined ? new Map() : decodeTimes(kept.bytes)
  } finally {
    kept?.close()
  }
}
