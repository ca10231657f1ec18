import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import type { OnnxNode } from "../../src/onnx/model.js"
import { createNetworkRunner, graph, node, runSession, type TestTensor } from "../operators/network-runner.js"
import { filled } from "../plan/filled.js"

const why = missingDriver("pocl")
const bytesOf = ({ elements }: TestTensor) => 4 * elements.length
const small = (...shape: readonly number[]) => filled(shape, (index) => (index % 7) - 3)

interface Network {
  readonly nodes: readonly OnnxNode[]
  readonly x: TestTensor
  readonly weights: Readonly<Record<string, TestTensor>>
}

/** A weight is there twice while it is packed: here it is one of several, as in networks. */
const filters = [0, 1, 2, 3, 4]
const padded = { pads: [1, 1, 1, 1] }
const filtering: Network = {
  nodes: filters.map((index) =>
    node("Conv", [`x${index || ""}`, `w${index}`], [index === 4 ? "y" : `x${index + 1}`], padded),
  ),
  x: small(1, 128, 14, 14),
  weights: Object.fromEntries(filters.map((index) => [`w${index}`, small(128, 128, 3, 3)])),
}

const networks: Readonly<Record<string, Network>> = {
  "a matrix for a row": {
    nodes: [node("MatMul", ["x", "w"], ["y"])],
    x: small(1, 1024),
    weights: { w: small(1024, 512) },
  },
  "a transposed matrix for a row": {
    nodes: [node("Gemm", ["x", "w"], ["y"], { transB: 1 })],
    x: small(1, 1024),
    weights: { w: small(512, 1024) },
  },
  "filters of small images": filtering,
}
const weightsOf = ({ weights }: Network) => Object.values(weights).reduce((sum, one) => sum + bytesOf(one), 0)

describe.skipIf(why)(`Memory of the device${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  for (const [name, network] of Object.entries(networks)) {
    it(`is at most 1.3 times ${name}, and what is computed.`, async () => {
      const { nodes, x, weights } = network
      const session = await runner.open(graph(nodes, ["x"], ["y"], "float32", weights), 18)
      await runSession(session, { x }, ["y"])
      // Buffers are longer than what is in them, for vectors that are read whole.
      const padding = 20 * 128
      const bound = 1.3 * weightsOf(network) + session.activationBytes + bytesOf(x) + padding
      expect(session.memory.mostBytes).toBeGreaterThan(weightsOf(network))
      expect(session.memory.mostBytes).toBeLessThan(bound)
      await session.close()
      expect(session.memory.bytes).toBe(0)
    })
  }

  it("is what two shapes need, of which the weights are the same.", async () => {
    const { nodes, weights } = filtering
    const session = await runner.open(graph(nodes, ["x"], ["y"], "float32", weights), 18)
    await runSession(session, { x: small(1, 128, 14, 14) }, ["y"])
    const { bytes } = session.memory
    await runSession(session, { x: small(1, 128, 15, 15) }, ["y"])
    expect(session.memory.bytes - bytes).toBeLessThan(weightsOf(filtering) / 5)
    await session.close()
  })
})
