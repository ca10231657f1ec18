import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, node, tensor } from "../operators/network-runner.js"
import { each, filled } from "../plan/filled.js"

const why = missingDriver("pocl")
const lowest = -3.4028234663852886e38

describe.skipIf(why)(`What is computed of constants on the host${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  it("Products of floats are floats, however large.", async () => {
    const constants = {
      a: tensor("float32", [4], [1, 1e10, Number.POSITIVE_INFINITY, 3e38]),
      b: tensor("float32", [4], [lowest, 1e10, 2, 1]),
    }
    const nodes = [node("Mul", ["a", "b"], ["product"]), node("Add", ["product", "x"], ["y"])]
    const inputs = { x: filled([4], () => 0) }
    const [y] = await runner.run(nodes, { inputs, constants, outputs: ["y"] })
    const expected = [lowest, Math.fround(1e10) ** 2, Number.POSITIVE_INFINITY, 3e38].map(Math.fround)
    expect(y?.elements).toEqual(expected)
  })

  it("The mask of causal attention hides what comes later.", async () => {
    const length = 8
    const shape = [1, 1, length, length]
    const constants = {
      one: filled([], () => 1),
      seen: filled(shape, (index) => (index % length <= Math.floor(index / length) ? 1 : 0)),
      lowest: filled([], () => lowest),
    }
    const nodes = [
      node("Sub", ["one", "seen"], ["hidden"]),
      node("Mul", ["hidden", "lowest"], ["mask"]),
      node("Add", ["scores", "mask"], ["masked"]),
      node("Softmax", ["masked"], ["y"]),
    ]
    const inputs = { scores: filled(shape, () => 0) }
    const [y] = await runner.run(nodes, { inputs, constants, outputs: ["y"] })
    const expected = each(constants.seen, (seen, index) => seen / (Math.floor(index / length) + 1))
    expect(y?.elements).toEqual(expected.map((one) => expect.closeTo(one, 6)))
  })

  const whole = [
    ["Sums", "ReduceSum", [2147483647, 2147483647, 3], 1],
    ["Products", "ReduceProd", [123456789, 987654321, 3], Math.imul(Math.imul(123456789, 987654321), 3)],
  ] as const
  for (const [what, operator, elements, expected] of whole) {
    it(`${what} of 32-bit integers wrap around, of constants as of inputs.`, async () => {
      const given = tensor("int32", [3], elements)
      const nodes = [
        node(operator, ["constant"], ["host"], { keepdims: 0 }),
        node(operator, ["input"], ["device"], { keepdims: 0 }),
      ]
      const values = { inputs: { input: given }, constants: { constant: given }, outputs: ["host", "device"] }
      const [host, device] = await runner.run(nodes, values)
      expect(host).toEqual(tensor("int32", [], [expected]))
      expect(device).toEqual(host)
    })
  }

  it("Products of 64-bit integers, and of 32-bit ones that no number holds, are exact in their low bits.", async () => {
    const large = 2n ** 40n + 12345n
    const [a, b] = [2147483647, 2147483629]
    const nodes = [
      node("Mul", ["long", "long"], ["square"]),
      node("ReduceProd", ["longs"], ["folded"], { keepdims: 0 }),
      node("Mul", ["a", "b"], ["product"]),
      node("Mul", ["ua", "ub"], ["unsigned"]),
    ]
    const constants = {
      long: tensor("int64", [1], [large]),
      longs: tensor("int64", [2], [large, large]),
      a: tensor("int32", [1], [a]),
      b: tensor("int32", [1], [b]),
      ua: tensor("uint32", [1], [a]),
      ub: tensor("uint32", [1], [b]),
    }
    const outputs = ["square", "folded", "product", "unsigned"]
    const results = await runner.run(nodes, { inputs: {}, constants, outputs })
    const square = BigInt.asIntN(64, large * large)
    const product = BigInt(a) * BigInt(b)
    expect(results.map(({ elements }) => elements)).toEqual([
      [square],
      [square],
      [Number(BigInt.asIntN(32, product))],
      [Number(BigInt.asUintN(32, product))],
    ])
  })
})
