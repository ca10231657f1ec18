import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, integers, kernelKinds, node } from "../operators/network-runner.js"
import { filled, numbered, unchanged } from "./filled.js"

const why = missingDriver("pocl")

describe.skipIf(why).each(kernelKinds)(
  `What is read through views, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
  (kernels) => {
    const runner = createNetworkRunner(kernels)
    afterAll(() => runner.release())

    it("Rows and columns of square images change places between two convolutions.", async () => {
      const [channels, side] = [32, 5]
      const x = numbered(1, channels, side, side)
      const nodes = [
        node("Conv", ["x", "w"], ["before"]),
        node("Transpose", ["before"], ["turned"], { perm: [0, 1, 3, 2] }),
        node("Conv", ["turned", "w"], ["y"]),
      ]
      const [y] = await runner.run(nodes, {
        inputs: { x },
        constants: { w: unchanged(channels, 1, 1) },
        outputs: ["y"],
      })
      const expected: number[] = []
      for (let channel = 0; channel < channels; channel += 1)
        for (let row = 0; row < side; row += 1)
          for (let column = 0; column < side; column += 1) expected.push((channel * side + column) * side + row)
      expect(y?.elements).toEqual(expected)
    })

    it("Images are cut into windows, whose first and last pixels stay where they were.", async () => {
      const channels = 16
      const x = numbered(1, channels, 4, 4)
      const nodes = [
        node("Conv", ["x", "w"], ["before"]),
        node("Reshape", ["before", "cut"], ["windows"]),
        node("Transpose", ["windows"], ["ordered"], { perm: [0, 1, 2, 4, 3, 5] }),
        node("Reshape", ["ordered", "joined"], ["image"]),
        node("Conv", ["image", "w"], ["y"]),
      ]
      const constants = {
        w: unchanged(channels, 1, 1),
        cut: integers(1, channels, 2, 2, 2, 2),
        joined: integers(1, channels, 4, 4),
      }
      const [y] = await runner.run(nodes, { inputs: { x }, constants, outputs: ["y"] })
      const expected: number[] = []
      // [window row][window column][row][column] of each channel.
      for (let channel = 0; channel < channels; channel += 1)
        for (const top of [0, 2])
          for (const left of [0, 2])
            for (const row of [0, 1])
              for (const column of [0, 1]) expected.push((channel * 4 + top + row) * 4 + left + column)
      expect(y?.elements).toEqual(expected)
    })

    it("Channels are shuffled, and a part of them taken, between two convolutions.", async () => {
      const [channels, pixels] = [32, 9]
      const x = numbered(1, channels, 3, 3)
      const nodes = [
        node("Conv", ["x", "w"], ["before"]),
        node("Reshape", ["before", "groups"], ["grouped"]),
        node("Transpose", ["grouped"], ["shuffled"], { perm: [0, 2, 1, 3, 4] }),
        node("Reshape", ["shuffled", "joined"], ["image"]),
        node("Slice", ["image", "from", "to", "axis"], ["part"]),
        node("Conv", ["part", "w16"], ["y"]),
      ]
      const constants = {
        w: unchanged(channels, 1, 1),
        w16: unchanged(16, 1, 1),
        groups: integers(1, 2, channels / 2, 3, 3),
        joined: integers(1, channels, 3, 3),
        from: integers(3),
        to: integers(19),
        axis: integers(1),
      }
      const [y] = await runner.run(nodes, { inputs: { x }, constants, outputs: ["y"] })
      // A shuffled channel is one of the two groups' in turn.
      const channelOf = (shuffled: number) => (shuffled % 2) * (channels / 2) + Math.floor(shuffled / 2)
      const expected = filled(
        [1, 16, 3, 3],
        (index) => channelOf(3 + Math.floor(index / pixels)) * pixels + (index % pixels),
      )
      expect(y?.elements).toEqual(expected.elements)
    })

    it("Matrices whose three axes of a batch are in another order are multiplied.", async () => {
      const [first, second, third, rows, columns] = [2, 3, 4, 5, 16] as const
      const x = filled([first, second, third, rows, columns], (index) => (index * 7) % 31)
      const nodes = [
        node("Transpose", ["x"], ["turned"], { perm: [2, 1, 0, 3, 4] }),
        node("MatMul", ["turned", "w"], ["y"]),
      ]
      const w = filled([columns, columns], (index) => (Math.floor(index / columns) === index % columns ? 2 : 0))
      const [y] = await runner.run(nodes, { inputs: { x }, constants: { w }, outputs: ["y"] })
      const expected: number[] = []
      for (let outer = 0; outer < third; outer += 1)
        for (let middle = 0; middle < second; middle += 1)
          for (let inner = 0; inner < first; inner += 1) {
            const matrix = ((inner * second + middle) * third + outer) * rows * columns
            for (let place = 0; place < rows * columns; place += 1)
              expected.push(2 * Number(x.elements[matrix + place]))
          }
      expect(y?.elements).toEqual(expected)
    })
  },
)
