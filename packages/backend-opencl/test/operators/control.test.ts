import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, graph, integers, node, runSession, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const bool = (value: number) => tensor("bool", [], [value])

describe.skipIf(why)(`Graphs within graphs${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  /** Doubles x, and gives each before, as long as the sum is less than a limit from outside. */
  const doubling = graph(
    [
      node("Add", ["x", "x"], ["twice"]),
      node("ReduceSum", ["twice"], ["sum"], { keepdims: 0 }),
      node("Less", ["sum", "limit"], ["goesOn"]),
      node("Identity", ["x"], ["before"]),
    ],
    ["number", "condition", "x"],
    ["goesOn", "twice", "before"],
  )
  const loop = graph([node("Loop", ["most", "", "start"], ["last", "all"], { body: doubling })], [], ["last", "all"])

  it("A loop ends by its condition, which is computed, or by its trip count; and again for other data.", async () => {
    const session = await runner.open(loop, 16)
    const run = (limit: number, most: number) =>
      runSession(session, { start: floats(1, 2), limit: tensor("float32", [], [limit]), most: integers(most) }, [
        "last",
        "all",
      ])
    const first = await run(20, 100)
    expect(first.last?.elements).toEqual([8, 16])
    expect(first.all).toEqual(tensor("float32", [3, 2], [1, 2, 2, 4, 4, 8]))
    expect((await run(20, 2)).last?.elements).toEqual([4, 8])
    expect((await run(1, 100)).last?.elements).toEqual([2, 4])
    expect((await run(20, 100)).all?.shape).toEqual([3, 2])
    await session.close()
  })

  it("A loop that isn't entered gives what it was given, and nothing stacked.", async () => {
    const session = await runner.open(loop, 16)
    const inputs = { start: floats(1, 2), limit: tensor("float32", [], [5]), most: integers(0) }
    const { last, all } = await runSession(session, inputs, ["last", "all"])
    expect(last?.elements).toEqual([1, 2])
    expect(all?.elements).toEqual([])
    await session.close()
  })

  it("A loop without an end is refused.", async () => {
    const body = graph([node("Identity", ["c"], ["d"])], ["n", "c"], ["d"])
    const session = await runner.open(graph([node("Loop", ["", "go"], [], { body })], ["go"], ["go"]), 16)
    await expect(runSession(session, { go: bool(1) }, ["go"])).rejects.toMatchObject({
      code: "backend-failed",
      message: /too long/,
    })
    await session.close()
  })

  it("The branch of an If is that of its condition, computed or given.", async () => {
    const branch = (operator: string) => graph([node(operator, ["x"], ["z"])], [], ["z"])
    const branches = { then_branch: branch("Neg"), else_branch: branch("Abs") }
    const nodes = [
      node("ReduceSum", ["x"], ["sum"], { keepdims: 0 }),
      node("Cast", ["sum"], ["condition"], { to: 9 }),
      node("If", ["condition"], ["y"], branches),
    ]
    const session = await runner.open(graph(nodes, ["x"], ["y"]), 13)
    expect((await runSession(session, { x: floats(-1, 1) }, ["y"])).y?.elements).toEqual([1, 1])
    expect((await runSession(session, { x: floats(-1, 2) }, ["y"])).y?.elements).toEqual([1, -2])
    expect((await runSession(session, { x: floats(-3, 3) }, ["y"])).y?.elements).toEqual([3, 3])
    await session.close()
  })

  it("A scan goes and stacks along any axis in either direction.", async () => {
    const body = graph(
      [node("Add", ["state", "part"], ["next"]), node("Identity", ["next"], ["seen"])],
      ["state", "part"],
      ["next", "seen"],
    )
    const attributes = { body, num_scan_inputs: 1, scan_input_axes: [-1], scan_input_directions: [1] }
    const way = { scan_output_axes: [1], scan_output_directions: [1] }
    const x = tensor("float32", [2, 3], [1, 2, 3, 10, 20, 30])
    const [last, seen] = await runner.node("Scan", 11, [floats(0, 0), x], { ...attributes, ...way }, 2)
    expect(last?.elements).toEqual([6, 60])
    expect(seen).toEqual(tensor("float32", [2, 3], [6, 5, 3, 60, 50, 30]))
  })

  it("Iterations whose results differ in shape aren't stacked.", async () => {
    const body = graph(
      [
        node("Concat", ["x", "x"], ["longer"], { axis: 0 }),
        node("Identity", ["c"], ["d"]),
        node("Identity", ["x"], ["seen"]),
      ],
      ["n", "c", "x"],
      ["d", "longer", "seen"],
    )
    await expect(runner.node("Loop", 16, [integers(3), undefined, floats(1)], { body }, 2)).rejects.toThrow("differ")
    const [longer] = await runner.node("Loop", 16, [integers(1), undefined, floats(1)], { body }, 2)
    expect(longer?.elements).toEqual([1, 1])
  })
})
