import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, kernelKinds, node } from "../operators/network-runner.js"
import { each, filled, unchanged } from "./filled.js"

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `What is still read, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    it("A whole keeps its memory when its parts are written in their places.", async () => {
      const channels = 64
      const x = filled([1, channels, 1, 1], (index) => index + 1)
      const later = filled([1, channels, 8, 8], (index) => index % 97)
      const nodes = [
        node("Conv", ["x", "w"], ["a"]),
        node("Relu", ["a"], ["positive"]),
        node("Conv", ["x", "w"], ["b"]),
        node("Neg", ["b"], ["negative"]),
        node("Concat", ["positive", "negative"], ["y"], { axis: 1 }),
        node("Conv", ["later", "w"], ["c"]),
        node("MaxPool", ["c"], ["d"], { kernel_shape: [2, 2] }),
        node("Conv", ["d", "w"], ["e"]),
      ]
      const constants = { w: unchanged(channels, 1, 1) }
      const [y] = await runner.run(nodes, { inputs: { x, later }, constants, outputs: ["y", "e"] })
      expect(y?.elements).toEqual([...x.elements, ...each(x, (value) => -value)])
    })

    it("A constant that is computed before a size is known is there for what comes after.", async () => {
      const w = filled([5000], (index) => (index % 5) - 2)
      const x = filled([5000], (index) => (index % 7) - 3)
      const nodes = [
        node("Relu", ["w"], ["constant"]),
        node("Neg", ["constant"], ["negative"]),
        node("Add", ["x", "constant"], ["sum"]),
        node("NonZero", ["sum"], ["places"]),
        node("Cast", ["places"], ["z"], { to: 1 }),
        node("Add", ["x", "negative"], ["y"]),
      ]
      const [y, z] = await runner.run(nodes, { inputs: { x }, constants: { w }, outputs: ["y", "z"] })
      const constant = each(w, (value) => Math.max(0, value))
      expect(y?.elements).toEqual(each(x, (value, index) => value - (constant[index] as number)))
      const places = each(x, (value, index) => (value + (constant[index] as number) === 0 ? -1 : index))
      expect(z?.elements).toEqual(places.filter((place) => place >= 0))
    })

    it("Divisions by 0 and by -0 are two constants' work.", async () => {
      const nodes = [node("Div", ["x", "zero"], ["a"]), node("Div", ["x", "minus"], ["b"])]
      const constants = { zero: filled([2], () => 0), minus: filled([2], () => -0) }
      const inputs = { x: filled([2], () => 1) }
      const [a, b] = await runner.run(nodes, { inputs, constants, outputs: ["a", "b"] })
      const { POSITIVE_INFINITY: infinity } = Number
      expect([a?.elements, b?.elements]).toEqual([
        [infinity, infinity],
        [-infinity, -infinity],
      ])
    })

    it("A constant image is filtered in strips, one after the other.", async () => {
      const [channels, side] = [320, 40]
      const image = filled([1, channels, side, side], (index) => index % 13)
      const nodes = [
        node("Conv", ["image", "w"], ["filtered"], { pads: [1, 1, 1, 1] }),
        node("MaxPool", ["filtered"], ["pooled"], { kernel_shape: [1, 1] }),
        node("Add", ["pooled", "x"], ["y"]),
      ]
      const constants = { w: unchanged(channels, 3, 3), image }
      const inputs = { x: filled(image.shape, () => 0) }
      const [y] = await runner.run(nodes, { inputs, constants, outputs: ["y"] })
      const furthest = each(image, (value, index) => Math.abs(value - Number(y?.elements[index])))
      expect(furthest.reduce((most, one) => (one <= most ? most : one))).toBeLessThan(1e-3)
    })
  },
)
