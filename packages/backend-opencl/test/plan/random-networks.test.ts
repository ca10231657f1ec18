import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { ofForm } from "../fast-form.js"
import { createNetworkRunner, kernelKinds, type TestTensor } from "../operators/network-runner.js"
import type { Plain } from "./plain-operators.js"
import { randomNetwork } from "./random-network.js"

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `Random networks of images, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    // Of these, 18 was computed wrongly once: a constant of each channel, of an image of one pixel. The fast form has some.
    for (const seed of ofForm([11, 12, 13, 14, 15, 16, 17, 18, 19, 20], [12, 14, 17, 18])) {
      it(`That of seed ${seed} computes what its operators say one by one.`, async () => {
        const { expected, ...network } = randomNetwork(seed)
        const outputs = [...expected.keys()]
        const results = await runner.run(network.nodes, { ...network, outputs })
        for (const [index, name] of outputs.entries()) {
          const [result, plain] = [results[index] as TestTensor, expected.get(name) as Plain]
          expect(result.shape, name).toEqual(plain.shape)
          // Beside the largest, or 1: a difference of equals is all zeros.
          const largest = plain.elements.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
          const furthest = plain.elements.reduce((most, value, at) => {
            return Math.max(most, Math.abs(value - Number(result.elements[at])))
          }, 0)
          expect(furthest / largest, name).toBeLessThan(2e-4)
        }
      })
    }
  },
)
