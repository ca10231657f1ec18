import { expect, it } from "vitest"
import { schedule } from "../../src/engine/schedule.js"
import { Storage } from "../../src/launch.js"
import type { LoweredStep } from "../../src/plan/lowering.js"

const storage = () => new Storage(64, "own")

function step(source: string, inputs: readonly Storage[], ...outputs: readonly Storage[]): LoweredStep {
  return { source, arguments: [...inputs, ...outputs], global: [1], local: [1], isConstant: true, outputs }
}

it("a step runs when its weights have arrived and what it reads is written, and once", () => {
  const [first, second, packed, sum, free] = [storage(), storage(), storage(), storage(), storage()]
  const steps = [
    step("pack", [first], packed),
    step("add", [packed, second], sum),
    step("double", [sum], storage()),
    step("fill", [], free),
  ]
  const ran: string[] = []
  const { start, arrived } = schedule(steps, new Set([first, second]), ({ source }) => ran.push(source))
  start()
  expect(ran).toEqual(["fill"])
  arrived(second)
  expect(ran).toEqual(["fill"])
  arrived(first)
  expect(ran).toEqual(["fill", "pack", "add", "double"])
})

it("steps that write the same memory keep their order", () => {
  const [early, late, whole] = [storage(), storage(), storage()]
  const steps = [step("left", [late], whole), step("right", [early], whole), step("read", [whole], storage())]
  const ran: string[] = []
  const { start, arrived } = schedule(steps, new Set([early, late]), ({ source }) => ran.push(source))
  start()
  arrived(early)
  expect(ran).toEqual([])
  arrived(late)
  expect(ran).toEqual(["left", "right", "read"])
})
