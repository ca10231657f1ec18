import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { asElement } from "../../src/graph/elements.js"
import { createNetworkRunner, node, tensor } from "../operators/network-runner.js"
import { filled } from "../plan/filled.js"

const why = missingDriver("pocl")
/** Vectors and what is left over. */
const count = 20

describe.skipIf(why)(`Casts${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  const types = [
    ["uint32", 12],
    ["int32", 6],
    ["uint8", 2],
    ["int8", 3],
  ] as const
  for (const [type, number] of types) {
    it(`Floats that ${type} doesn't hold are all cast alike, in vectors and beside them.`, async () => {
      for (const value of [-1, 3e9, 300, Number.NaN]) {
        const x = filled([count], () => value)
        const [y] = await runner.node("Cast", 18, [x], { to: number })
        expect(new Set(y?.elements).size, `${value}`).toBe(1)
      }
    })

    it(`Floats that ${type} holds, or its lower bits, become the integer below.`, async () => {
      const values = Array.from({ length: count }, (_, index) => index * 5 + 0.75)
      const [y] = await runner.node("Cast", 18, [tensor("float32", [count], values)], { to: number })
      expect(y?.elements).toEqual(values.map(Math.floor))
    })
  }

  it("A cast to bfloat16 rounds to even in the middle of a network.", async () => {
    const ulp = 2 ** -7
    const values = [1.001, 1 + ulp / 2, 1 + 1.5 * ulp, -1 - 0.51 * ulp, 3e38, Number.POSITIVE_INFINITY, Number.NaN]
    const expected = [1, 1, 1 + 2 * ulp, -1 - ulp]
    const x = filled([count], (index) => values[index % values.length] as number)
    const nodes = [node("Cast", ["x"], ["rounded"], { to: 16 }), node("Cast", ["rounded"], ["y"], { to: 1 })]
    const [y] = await runner.run(nodes, { inputs: { x }, outputs: ["y"] })
    expect(y?.elements.slice(0, expected.length)).toEqual(expected)
    expect(y?.elements).toEqual(x.elements.map((value) => asElement("bfloat16", value)))
  })
})
