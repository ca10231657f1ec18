import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, graph, integers, node, runSession, tensor } from "./network-runner.js"

const why = missingDriver("pocl")

describe.skipIf(why)(`Operators that index${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())
  const matrix = tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6])

  const hostile = integers(9_000_000_000, -9_000_000_000, -1)
  it("Indices far outside read and write nothing but the tensor's own elements.", async () => {
    const [gathered] = await runner.node("Gather", 13, [floats(1, 2, 3), hostile])
    expect(gathered?.elements).toEqual([3, 1, 3])
    const [each] = await runner.node("GatherElements", 13, [floats(1, 2, 3), hostile])
    expect(each?.elements).toEqual([3, 1, 3])
    const [tuples] = await runner.node("GatherND", 13, [matrix, tensor("int64", [2, 2], [5n, -7n, 1n, -1n])])
    expect(tuples?.elements).toEqual([4, 6])
    const [written] = await runner.node("ScatterElements", 18, [floats(1, 2, 3), hostile, floats(7, 8, 9)])
    expect(written?.elements).toEqual([8, 2, 9])
    const [slices] = await runner.node("ScatterND", 18, [
      matrix,
      tensor("int64", [1, 1], [70n]),
      tensor("float32", [1, 3], [7, 8, 9]),
    ])
    expect(slices?.elements).toEqual([1, 2, 3, 7, 8, 9])
  })

  it("Indices into nothing, and indices that don't fit, are refused.", async () => {
    const empty = tensor("float32", [0], [])
    await expect(runner.node("Gather", 13, [empty, integers(0)])).rejects.toThrow("Gather has indices")
    await expect(runner.node("GatherElements", 13, [empty, integers(0)])).rejects.toThrow("GatherElements has indices")
    await expect(
      runner.node("GatherElements", 13, [matrix, tensor("int64", [3, 1], [0n, 0n, 0n])], { axis: 1 }),
    ).rejects.toThrow("don't fit")
    await expect(runner.node("ScatterND", 18, [matrix, tensor("int64", [1, 1], [0n]), floats(1)])).rejects.toThrow(
      "updates",
    )
  })

  it("Updates of one place count in their order.", async () => {
    const updates = floats(10, 20, 30)
    const [last] = await runner.node("ScatterElements", 16, [floats(1, 2), integers(1, 1, 1), updates])
    expect(last?.elements).toEqual([1, 30])
    const [sum] = await runner.node("ScatterND", 18, [floats(1, 2), tensor("int64", [3, 1], [1n, -1n, 0n]), updates], {
      reduction: "add",
    })
    expect(sum?.elements).toEqual([31, 32])
    const [old] = await runner.node("Scatter", 9, [floats(1, 2), integers(0), floats(5)])
    expect(old?.elements).toEqual([5, 2])
  })

  it("Pad takes its pads from attributes before version 11, and repeats over more than one length.", async () => {
    const x = floats(1, 2, 3)
    const [old] = await runner.node("Pad", 2, [x], { pads: [1, -1], value: { float: 9 } })
    expect(old?.elements).toEqual([9, 1, 2])
    const [reflected] = await runner.node("Pad", 18, [x, integers(5, 3)], { mode: "reflect" })
    expect(reflected?.elements).toEqual([2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2])
    const [wrapped] = await runner.node("Pad", 19, [x, integers(4, 0)], { mode: "wrap" })
    expect(wrapped?.elements).toEqual([3, 1, 2, 3, 1, 2, 3])
    const [axes] = await runner.node("Pad", 18, [matrix, integers(0, 1), undefined, integers(-1)])
    expect(axes?.shape).toEqual([2, 4])
    await expect(runner.node("Pad", 18, [x, integers(-2, -2)])).rejects.toThrow("cuts off more")
    await expect(
      runner.node("Pad", 18, [tensor("float32", [0], []), integers(1, 1)], { mode: "edge" }),
    ).rejects.toThrow("repeats")
  })

  it("TopK takes k from where its version has it, puts NaN first, and the first of equals.", async () => {
    const x = floats(1, Number.NaN, 3, 3, -2)
    const [values, places] = await runner.node("TopK", 1, [x], { k: 3 }, 2)
    expect(values?.elements).toEqual([Number.NaN, 3, 3])
    expect(places?.elements).toEqual([1n, 2n, 3n])
    const [least] = await runner.node("TopK", 11, [x, integers(5)], { largest: 0 })
    expect(least?.elements).toEqual([-2, 1, 3, 3, Number.NaN])
    const [none, nowhere] = await runner.node("TopK", 10, [x, integers(0)], {}, 2)
    expect([none?.shape, nowhere?.shape]).toEqual([[0], [0]])
    await expect(runner.node("TopK", 10, [x, integers(6)], {}, 2)).rejects.toThrow("has a k")
  })

  it("TopK of many is what sorting gives.", async () => {
    const values = Array.from({ length: 3000 }, (_, index) => Math.fround(Math.sin(index * 7.3)))
    const x = tensor("float32", [2, 1500], values)
    const [, places] = await runner.node("TopK", 11, [x, integers(400)], { axis: 1 }, 2)
    const rows = [0, 1500].map((begin) =>
      Array.from({ length: 1500 }, (_, index) => index)
        .sort((a, b) => (values[begin + b] as number) - (values[begin + a] as number) || a - b)
        .slice(0, 400),
    )
    expect(places?.elements).toEqual(rows.flat().map(BigInt))
  })

  it("ArgMax finds NaN, and the last of equals where that is asked.", async () => {
    const [first] = await runner.node("ArgMax", 13, [floats(1, 4, 4, 2)], { keepdims: 0 })
    expect(first).toEqual(tensor("int64", [], [1n]))
    const [last] = await runner.node("ArgMax", 13, [floats(1, 4, 4, 2)], { select_last_index: 1 })
    expect(last?.elements).toEqual([2n])
    const [nan] = await runner.node("ArgMin", 13, [floats(1, Number.NaN, 0)])
    expect(nan?.elements).toEqual([1n])
    await expect(runner.node("ArgMax", 13, [tensor("float32", [0, 2], [])])).rejects.toThrow("of nothing")
  })

  it("Hardmax before version 13 has one 1 in each row of a matrix that all axes from its own on make.", async () => {
    const x = tensor("float32", [1, 2, 2], [1, 5, 7, 2])
    const [old] = await runner.node("Hardmax", 11, [x])
    expect(old?.elements).toEqual([0, 0, 1, 0])
    const [now] = await runner.node("Hardmax", 13, [x])
    expect(now?.elements).toEqual([0, 1, 1, 0])
  })

  it("What depends on how many there are is made anew for another number.", async () => {
    const session = await runner.open(graph([node("NonZero", ["x"], ["y"])], ["x"], ["y"]), 13)
    const places = async (...elements: readonly number[]) =>
      (await runSession(session, { x: floats(...elements) }, ["y"])).y
    expect(await places(0, 5, 0)).toEqual(tensor("int64", [1, 1], [1n]))
    expect(await places(0, 0, 5)).toEqual(tensor("int64", [1, 1], [2n]))
    expect(await places(4, 0, 5)).toEqual(tensor("int64", [1, 2], [0n, 2n]))
    expect(await places(0, 0, 0)).toEqual(tensor("int64", [1, 0], []))
    await session.close()
  })

  it("Compress flattens without an axis, and takes a condition that is short or long.", async () => {
    const [flat] = await runner.node("Compress", 11, [matrix, tensor("bool", [3], [1, 0, 1])])
    expect(flat?.elements).toEqual([1, 3])
    const [rows] = await runner.node("Compress", 11, [matrix, tensor("bool", [4], [0, 1, 1, 1])], { axis: -2 })
    expect(rows).toEqual(tensor("float32", [1, 3], [4, 5, 6]))
  })

  it("Unique keeps the order where it isn't to sort, and takes NaN for itself.", async () => {
    const x = floats(5, 1, Number.NaN, 5, Number.NaN, 0)
    const [values, first, inverse, counts] = await runner.node("Unique", 11, [x], { sorted: 0 }, 4)
    expect(values?.elements).toEqual([5, 1, Number.NaN, 0])
    expect(first?.elements).toEqual([0n, 1n, 2n, 5n])
    expect(inverse?.elements).toEqual([0n, 1n, 2n, 0n, 2n, 3n])
    expect(counts?.elements).toEqual([2n, 1n, 2n, 1n])
    const [none] = await runner.node("Unique", 11, [tensor("int64", [0], [])])
    expect(none?.shape).toEqual([0])
  })

  it("OneHot takes negative indices from the end, and none that are outside.", async () => {
    const [hot] = await runner.node("OneHot", 11, [integers(-1, 3, 1, -4), integers(3), floats(2, 5)], { axis: 0 })
    expect(hot).toEqual(tensor("float32", [3, 4], [2, 2, 2, 2, 2, 2, 5, 2, 5, 2, 2, 2]))
  })

  it("Einsum takes diagonals, sums what is left out, and multiplies three.", async () => {
    const square = tensor("float32", [2, 2], [1, 2, 3, 4])
    const einsum = async (equation: string, ...inputs: readonly ReturnType<typeof floats>[]) =>
      (await runner.node("Einsum", 12, inputs, { equation }))[0]
    expect(await einsum("ii", square)).toEqual(tensor("float32", [], [5]))
    expect((await einsum("ii->i", square))?.elements).toEqual([1, 4])
    expect((await einsum("ij,jk,k", square, square, floats(1, 2)))?.elements).toEqual([27, 59])
    expect((await einsum("...i,i->...", square, floats(1, 10)))?.elements).toEqual([21, 43])
    expect((await einsum("i,j", floats(1, 2), floats(3, 4)))?.elements).toEqual([3, 4, 6, 8])
    expect((await einsum("ij,kj->ik", square, tensor("float32", [1, 1], [2])))?.elements).toEqual([6, 14])
    await expect(einsum("ij->k", square)).rejects.toThrow("labels")
    await expect(einsum("ijk", square)).rejects.toThrow("other ranks")
    await expect(einsum("ii", matrix)).rejects.toThrow("lengths")
  })

  it("Boxes are suppressed by the best that covers them, in every image and class.", async () => {
    const boxes = tensor("float32", [1, 3, 4], [0, 0, 1, 1, 0, 0.1, 1, 1.1, 5, 5, 6, 6])
    const scores = tensor("float32", [1, 2, 3], [0.5, 0.9, Number.NaN, 0.1, 0.2, 0.3])
    const thresholds = [tensor("float32", [], [0.5]), tensor("float32", [], [0.15])]
    const [chosen] = await runner.node("NonMaxSuppression", 11, [boxes, scores, integers(2), ...thresholds])
    expect(chosen?.elements).toEqual([0n, 0n, 1n, 0n, 1n, 2n, 0n, 1n, 1n])
    const [none] = await runner.node("NonMaxSuppression", 11, [boxes, scores])
    expect(none?.shape).toEqual([0, 3])
  })

  it("Random numbers have the distribution that is asked for, and the same seed gives the same.", async () => {
    const draw = async (operator: string, attributes: Parameters<typeof runner.node>[3]) =>
      (await runner.node(operator, 1, [], { shape: [20000], ...attributes }))[0]?.elements as number[]
    const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length
    const uniform = await draw("RandomUniform", { low: { float: 2 }, high: { float: 4 }, seed: { float: 3 } })
    expect(mean(uniform)).toBeCloseTo(3, 1)
    expect(uniform.every((one) => one >= 2 && one <= 4)).toBe(true)
    expect(await draw("RandomUniform", { low: { float: 2 }, high: { float: 4 }, seed: { float: 3 } })).toEqual(uniform)
    expect(await draw("RandomUniform", { low: { float: 2 }, high: { float: 4 } })).not.toEqual(uniform)
    const normal = await draw("RandomNormal", { mean: { float: 1 }, scale: { float: 2 } })
    expect(mean(normal)).toBeCloseTo(1, 0)
    expect(Math.sqrt(mean(normal.map((one) => (one - 1) ** 2)))).toBeCloseTo(2, 0)
    const [like] = await runner.node("RandomNormalLike", 1, [tensor("int64", [100, 200], new Array(20000).fill(0n))], {
      ...{ dtype: 1, mean: { float: -1 }, scale: { float: 0.5 } },
    })
    expect(like?.shape).toEqual([100, 200])
    const drawn = like?.elements as number[]
    expect(mean(drawn)).toBeCloseTo(-1, 1)
    expect(Math.sqrt(mean(drawn.map((one) => (one + 1) ** 2)))).toBeCloseTo(0.5, 1)
    const chances = tensor(
      "float32",
      [20000],
      Array.from({ length: 20000 }, () => 0.25),
    )
    const [coins] = await runner.node("Bernoulli", 15, [chances])
    expect(mean(coins?.elements as number[])).toBeCloseTo(0.25, 1)
    const logarithms = tensor("float32", [1, 3], [Math.log(1), Number.NEGATIVE_INFINITY, Math.log(3)])
    const [classes] = await runner.node("Multinomial", 7, [logarithms], { sample_size: 20000 })
    expect(classes?.elements.includes(1)).toBe(false)
    expect(mean(classes?.elements as number[])).toBeCloseTo(1.5, 1)
  })
})
