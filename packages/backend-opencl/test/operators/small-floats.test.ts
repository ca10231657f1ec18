import { missingDriver } from "@strongroom/test-machine"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { asElement } from "../../src/graph/elements.js"
import { createNetworkRunner, graph, type NetworkRunner, node, runSession, tensor } from "./network-runner.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Networks of small floats${why ? ` (not here: ${why})` : ""}`, () => {
  let runner: NetworkRunner
  beforeAll(() => {
    runner = createNetworkRunner()
  })
  afterAll(() => runner.release())

  const values = (count: number, seed: number) =>
    Array.from({ length: count }, (_, index) => Number(asElement("float16", Math.sin(index * 1.7 + seed))))
  const network = (type: number) =>
    graph(
      [
        node("Conv", ["x", "w"], ["convolved"], { pads: [1, 1, 1, 1] }),
        node("Relu", ["convolved"], ["positive"]),
        node("Add", ["positive", "x"], ["sum"]),
        node("ReduceMean", ["sum"], ["mean"], { axes: [2, 3], keepdims: 1 }),
        node("Mul", ["sum", "mean"], ["scaled"]),
        node("Cast", ["scaled"], ["y"], { to: type }),
      ],
      ["x", "w"],
      ["y"],
    )

  it("One of float16 is that of float32, rounded once.", async () => {
    const answers = await Promise.all(
      (["float16", "float32"] as const).map(async (type) => {
        const session = await runner.open(network(type === "float16" ? 10 : 1), 13)
        const inputs = { x: tensor(type, [1, 3, 6, 5], values(90, 1)), w: tensor(type, [3, 3, 3, 3], values(81, 2)) }
        const { y } = await runSession(session, inputs, ["y"])
        await session.close()
        return y?.elements
      }),
    )
    const [half, single] = answers
    expect(half).toEqual(single?.map((value) => asElement("float16", value)))
    expect(half).not.toEqual(single)
  })

  it("Matrices of float16 are multiplied as those of float32 are, in whatever order they lie.", async () => {
    const other = createNetworkRunner("gpu")
    const nodes = [
      node("Gemm", ["x", "w", "b"], ["one"], { transB: 1 }),
      node("MatMul", ["one", "v"], ["two"]),
      // Computed by the kernel that widens it again.
      node("Neg", ["v"], ["negative"]),
      node("MatMul", ["two", "negative"], ["y"]),
    ]
    const input = (type: "float16" | "float32", shape: readonly number[], seed: number) =>
      tensor(type, shape, values((shape[0] as number) * (shape[1] ?? 1), seed))
    for (const rows of [2, 9]) {
      const inputs = { x: input("float32", [rows, 24], 1) }
      const run = (on: NetworkRunner, type: "float16" | "float32") => {
        const constants = { w: input(type, [20, 24], 2), b: input(type, [20], 3), v: input(type, [20, 20], 4) }
        return on.run(nodes, { inputs, constants, outputs: ["y"] })
      }
      const [[half], [single], [elsewhere]] = await Promise.all([
        run(other, "float16"),
        run(other, "float32"),
        run(runner, "float16"),
      ])
      expect(half?.elements).toEqual(single?.elements)
      const largest = Math.max(...(single?.elements ?? []).map(Number).map(Math.abs))
      const near = (elsewhere?.elements ?? []).map((value) =>
        expect.closeTo(Number(value), 5 - Math.round(Math.log10(largest))),
      )
      expect(half?.elements).toEqual(near)
    }
    other.release()
  })

  it("A cast to float16 rounds in the middle of a network.", async () => {
    const session = await runner.open(
      graph([node("Cast", ["x"], ["rounded"], { to: 10 }), node("Cast", ["rounded"], ["y"], { to: 1 })], ["x"], ["y"]),
      13,
    )
    const { y } = await runSession(session, { x: tensor("float32", [2], [1.0001, 70000]) }, ["y"])
    expect(y?.elements).toEqual([1, Number.POSITIVE_INFINITY])
    await session.close()
  })

  const likes = (type: number) =>
    [
      ["an input of the model", [node("CastLike", ["x", "like"], ["rounded"])]],
      ["what is computed of one", [node("Exp", ["like"], ["e"]), node("CastLike", ["x", "e"], ["rounded"])]],
      ["what was cast", [node("Cast", ["x"], ["small"], { to: type }), node("CastLike", ["x", "small"], ["rounded"])]],
      [
        "a branch's result",
        [
          node("If", ["yes"], ["branch"], {
            then_branch: graph([node("Neg", ["like"], ["n"])], [], ["n"]),
            else_branch: graph([node("Abs", ["like"], ["a"])], [], ["a"]),
          }),
          node("CastLike", ["x", "branch"], ["rounded"]),
        ],
      ],
    ] as const
  for (const [type, number] of [
    ["float16", 10],
    ["bfloat16", 16],
  ] as const) {
    for (const [what, nodes] of likes(number)) {
      it(`CastLike ${what} of ${type} rounds in the middle of a network.`, async () => {
        const [x, back] = [[1.0001, 3.3, -0.1], node("Cast", ["rounded"], ["y"], { to: 1 })]
        const session = await runner.open(graph([...nodes, back], ["x", "like", "yes"], ["y"]), 19)
        const like = tensor(type, [2], [1, 2])
        const inputs = { x: tensor("float32", [3], x), like, yes: tensor("bool", [], [1]) }
        const { y } = await runSession(session, inputs, ["y"])
        expect(y?.elements).toEqual(x.map((value) => asElement(type, value)))
        await session.close()
      })
    }
  }

  it("What was cast back to float32 is like float32.", async () => {
    const nodes = [
      node("Cast", ["like"], ["single"], { to: 1 }),
      node("Exp", ["single"], ["e"]),
      node("CastLike", ["x", "e"], ["y"]),
    ]
    const session = await runner.open(graph(nodes, ["x", "like"], ["y"]), 19)
    const inputs = { x: tensor("float32", [1], [Math.fround(1.0001)]), like: tensor("float16", [1], [1]) }
    const { y } = await runSession(session, inputs, ["y"])
    expect(y?.elements).toEqual(inputs.x.elements)
    await session.close()
  })
})
