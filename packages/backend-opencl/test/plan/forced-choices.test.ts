import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import type { SessionTuning } from "../../src/engine/tuning/session-tuning.js"
import { ofForm } from "../fast-form.js"
import { createNetworkRunner, kernelKinds, type TestTensor } from "../operators/network-runner.js"
import type { Plain } from "./plain-operators.js"
import { randomNetwork } from "./random-network.js"

/** Says of every question that the candidate of this index is the soonest, or the last; remembers how many there were. */
function forcing(index: number) {
  const counts: number[] = []
  const tuning: SessionTuning = {
    tuning({ candidates }) {
      counts.push(candidates.length)
      const forced = Math.min(index, candidates.length - 1)
      return candidates.map((_, at) => (at === forced ? 1 : 2))
    },
    async learn() {
      return false
    },
    async close() {},
  }
  return { tuning, counts }
}

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `Random networks, whatever is measured, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    // Layers as small as these have fewer tiles on a GPU that come near to the best.
    for (const index of kernels === "gpu" ? [0, 1, 2] : [0, 1, 2, 3]) {
      it(`compute what their operators say, by candidate ${index} of each layer.`, { timeout: 240_000 }, async () => {
        const { tuning, counts } = forcing(index)
        for (const seed of ofForm([12, 13, 15], [13])) {
          const { expected, ...network } = randomNetwork(seed)
          const outputs = [...expected.keys()]
          const results = await runner.run(network.nodes, { ...network, outputs }, tuning)
          for (const [at, name] of outputs.entries()) {
            const [result, plain] = [results[at] as TestTensor, expected.get(name) as Plain]
            const largest = plain.elements.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
            const differences = plain.elements.map((value, place) => Math.abs(value - Number(result.elements[place])))
            expect(differences.reduce((most, one) => Math.max(most, one), 0) / largest, name).toBeLessThan(2e-4)
          }
        }
        // There was something to choose.
        expect(Math.max(...counts)).toBeGreaterThan(index)
      })
    }
  },
)
