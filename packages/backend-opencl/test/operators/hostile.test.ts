import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { createNetworkRunner, floats, graph, integers, node, runSession, tensor } from "./network-runner.js"

const why = missingDriver("pocl")
const huge = 2 ** 52

/** So many ones. */
const ones = (...shape: readonly number[]) =>
  tensor("float32", shape, new Array<number>(shape.reduce((size, length) => size * length, 1)).fill(1))

const matrix = tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6])
const refusal = (code: string) => expect.objectContaining({ code })

describe.skipIf(why)(`Hostile models${why ? ` (not here: ${why})` : ""}`, () => {
  const runner = createNetworkRunner()
  afterAll(() => runner.release())

  /** What it is called, and what a node is run with. */
  type Case = readonly [what: string, ...Parameters<typeof runner.node>]

  const tooLarge: readonly Case[] = [
    ["Expand", "Expand", 13, [floats(1), integers(2 ** 20, 2 ** 20)]],
    ["Tile", "Tile", 13, [floats(1, 2), integers(2 ** 40)]],
    ["ConstantOfShape", "ConstantOfShape", 9, [integers(2 ** 20, 2 ** 30)]],
    ["ConstantOfShape of no elements, with a length that nothing has", "ConstantOfShape", 9, [integers(0, huge, huge)]],
    ["Range", "Range", 11, [integers(0), integers(2 ** 50), integers(1)].map((one) => ({ ...one, shape: [] }))],
    ["Pad", "Pad", 18, [floats(1, 2), integers(2 ** 40, 0)]],
    ["OneHot", "OneHot", 11, [integers(1), integers(2 ** 45), floats(0, 1)]],
    ["Resize", "Resize", 18, [floats(1, 2), undefined, floats(2 ** 40)]],
    [
      "Resize with many taps",
      "Resize",
      18,
      [tensor("uint8", [2 ** 22], new Array(2 ** 22).fill(1)), undefined, undefined, integers(2 ** 21)],
      { mode: "linear", antialias: 1 },
    ],
    ["a window of time", "HannWindow", 17, [{ ...integers(2 ** 50), shape: [] }]],
    ["random numbers", "RandomUniform", 1, [], { shape: [2 ** 20, 2 ** 20] }],
    ["a transform", "DFT", 17, [ones(1, 4, 1), { ...integers(2 ** 40), shape: [] }]],
  ]
  for (const [what, ...given] of tooLarge) {
    it(`That ask for terabytes by ${what} are refused.`, async () => {
      await expect(runner.node(...given)).rejects.toThrow(refusal("out-of-memory"))
    })
  }

  const noShape: readonly Case[] = [
    ["ConstantOfShape below 0", "ConstantOfShape", 9, [integers(-1)]],
    ["ConstantOfShape by fractions", "ConstantOfShape", 9, [floats(2.5)]],
    ["Expand below 0", "Expand", 13, [floats(1), integers(-2)]],
    ["Range to what isn't a number", "Range", 11, [floats(0), floats(Number.NaN), floats(1)]],
    ["Split below 0", "Split", 13, [floats(1, 2), integers(5, -3)], {}, 2],
    ["Split far below 0", "Split", 13, [ones(16), integers(4016, -4000)], {}, 2],
    ["a Reshape of 65 dimensions", "Reshape", 13, [floats(1), integers(...new Array<number>(65).fill(1))]],
    [
      "a Reshape by more numbers than a shape has",
      "Reshape",
      13,
      [floats(1), tensor("int64", [2 ** 17], new Array(2 ** 17).fill(1n))],
    ],
  ]
  for (const [what, ...given] of noShape) {
    it(`Shapes that are none are refused: ${what}.`, async () => {
      await expect(runner.node(...given)).rejects.toThrow(refusal("backend-failed"))
    })
  }

  const outside: readonly Case[] = [
    ["Slice with an axis twice", "Slice", 13, [floats(1, 2, 3, 4), integers(2, 2), integers(4, 4), integers(0, 0)]],
    [
      "Slice with an axis twice, by two names",
      "Slice",
      13,
      [ones(16), integers(12, 12), integers(16, 16), integers(0, -1)],
    ],
    [
      "Slice with an axis eight times",
      "Slice",
      13,
      [ones(20000), ...[10000, 20000, 0].map((value) => integers(...new Array<number>(8).fill(value)))],
    ],
    ["Slice with fewer ends than starts", "Slice", 13, [matrix, integers(0, 0), integers(1)]],
    ["Transpose with more axes than there are", "Transpose", 13, [matrix], { perm: [0, 1, 0] }],
    ["Gemm of matrices that don't fit", "Gemm", 13, [ones(2, 1000), ones(5, 4)]],
    ["Gemm of a list", "Gemm", 13, [ones(4), ones(4, 4)], { transA: 1 }],
    ["Gemm with a bias that is larger", "Gemm", 13, [ones(2, 2), ones(2, 2), ones(3, 2, 2)]],
    ["MatMul of two types", "MatMul", 13, [ones(64, 64), tensor("int8", [64, 64], new Array(4096).fill(1))]],
    ["Conv with weights of another type", "Conv", 11, [ones(1, 1, 4, 4), tensor("int8", [1, 1, 1, 1], [1])]],
    [
      "Conv with a bias of another type",
      "Conv",
      11,
      [ones(1, 16, 4, 4), ones(16, 16, 1, 1), tensor("int8", [16], new Array(16).fill(1))],
    ],
    ["Conv with a bias that is shorter", "Conv", 11, [ones(1, 1, 4, 4), ones(4, 1, 1, 1), floats(1)]],
    ["Conv with pads below 0", "Conv", 11, [ones(1, 1, 8, 8), ones(1, 1, 3, 3)], { pads: [-3, 0, 3, 0] }],
    ["Conv of blocks with pads below 0", "Conv", 11, [ones(1, 16, 1, 8), ones(16, 16, 1, 1)], { pads: [0, -4, 0, 4] }],
    [
      "Conv of each channel with pads below 0",
      "Conv",
      11,
      [ones(1, 16, 1, 8), ones(16, 1, 1, 1)],
      { pads: [0, -400, 0, 400], group: 16 },
    ],
    ["Conv without strides", "Conv", 11, [ones(1, 1, 8, 8), ones(1, 1, 3, 3)], { strides: [0, 0] }],
    ["Conv without groups", "Conv", 11, [ones(1, 1, 8, 8), ones(1, 1, 3, 3)], { group: 0 }],
    ["Conv with a kernel larger than its input", "Conv", 11, [ones(1, 1, 2, 2), ones(1, 1, 3, 3)]],
    [
      "Conv with pads that no int holds",
      "Conv",
      11,
      [ones(1, 1, 2, 2), ones(1, 1, 1, 1)],
      { pads: [huge, 0, 0, 0], strides: [huge, 1] },
    ],
    ["MaxPool with pads below 0", "MaxPool", 12, [ones(1, 1, 8, 8)], { kernel_shape: [3, 3], pads: [-3, 0, 3, 0] }],
    ["Pad that cuts off more than there is", "Pad", 18, [floats(1, 2), integers(-9, 10)], { mode: "edge" }],
    ["Resize of an axis twice", "Resize", 18, [floats(1, 2), undefined, floats(1, 9)], { axes: [0, 0] }],
    ["indices of floats", "Gather", 13, [floats(1, 2), floats(Number.NaN)]],
    [
      "BatchNormalization with statistics that are shorter",
      "BatchNormalization",
      15,
      [ones(1, 4, 2), ones(4), ones(4), ones(1), ones(4)],
    ],
    [
      "GRU with an initial state that is smaller",
      "GRU",
      14,
      [ones(2, 1, 3), ones(1, 12, 3), ones(1, 12, 4), undefined, undefined, ones(1, 1, 2)],
    ],
    ["LSTM with weights that are smaller", "LSTM", 14, [ones(2, 1, 3), ones(1, 16, 3), ones(1, 16, 2)]],
    ["Exp of integers", "Exp", 13, [integers(1)]],
    ["an addition of two types", "Add", 14, [ones(20), tensor("int32", [20], new Array(20).fill(1))]],
    ["Sum of nothing", "Sum", 13, []],
  ]
  for (const [what, ...given] of outside) {
    it(`What would read beside its inputs, or can't be computed, is refused: ${what}.`, async () => {
      await expect(runner.node(...given)).rejects.toThrow(refusal("backend-failed"))
    })
  }

  it("Windows that reach far are computed without a copy of what they reach over.", async () => {
    const x = ones(1, 1, 1, 4)
    const [dilated] = await runner.node("Conv", 11, [x, ones(1, 1, 1, 2)], {
      dilations: [1, 10 ** 6],
      pads: [0, 10 ** 6, 0, 10 ** 6],
    })
    expect(dilated?.shape).toEqual([1, 1, 1, 10 ** 6 + 4])
    expect(dilated?.elements.slice(0, 6)).toEqual([1, 1, 1, 1, 0, 0])
    const [sound] = await runner.node("Conv", 11, [ones(1, 1, 1024), ones(16, 1, 256)], { strides: [128] })
    expect(sound).toEqual(tensor("float32", [1, 16, 7], new Array(112).fill(256)))
    const groups = { group: 2, pads: [0, 999, 0, 999] }
    const [long] = await runner.node("Conv", 11, [ones(1, 2, 1, 4), ones(2, 1, 1, 2000)], groups)
    expect(long?.elements).toEqual([4, 4, 4, 4, 4, 4])
  })

  it("Indices that no int holds put nothing beside a result.", async () => {
    const indices = tensor("int64", [1, 1, 1, 2], [BigInt(2 ** 31), BigInt(2 ** 32 - 1)])
    const attributes = { kernel_shape: [1, 1], strides: [1, 2 ** 33] }
    const [result] = await runner.node("MaxUnpool", 11, [ones(1, 1, 1, 2), indices, integers(1, 1, 1, 4)], attributes)
    expect(result?.elements).toEqual([0, 0, 0, 0])
    const [gathered] = await runner.node("Gather", 13, [floats(1, 2, 3), integers(2 ** 32, -(2 ** 40))])
    expect(gathered?.elements).toEqual([3, 1])
  })

  it("Powers of constants that would have billions of bits wrap around.", async () => {
    const constant = (value: number) => ({
      ...node("Constant", [], [`c${value}`]),
      attributes: new Map([["value_int", { kind: "int", value: BigInt(value) } as const]]),
    })
    const network = graph([constant(3), constant(2 ** 40), node("Pow", ["c3", `c${2 ** 40}`], ["y"])], [], ["y"])
    const session = await runner.open(network, 13)
    const { y } = await runSession(session, {}, ["y"])
    let [power, square] = [1n, 3n]
    for (let left = 2 ** 40; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) power = BigInt.asUintN(64, power * square)
      square = BigInt.asUintN(64, square * square)
    }
    expect(y?.elements).toEqual([BigInt.asIntN(64, power)])
    await session.close()
  })

  it("Constants that double and double are left to the device's memory.", async () => {
    const nodes = Array.from({ length: 40 }, (_, index) =>
      node("Concat", [`v${index}`, `v${index}`], [`v${index + 1}`], { axis: 0 }),
    )
    const first = {
      ...node("Constant", [], ["v0"]),
      attributes: new Map([["value_ints", { kind: "ints", value: [1n] } as const]]),
    }
    const session = await runner.open(graph([first, ...nodes], [], ["v40"]), 13)
    await expect(runSession(session, {}, ["v40"])).rejects.toThrow(refusal("out-of-memory"))
    await session.close()
  })

  it("Attributes that aren't numbers are computed with as such.", async () => {
    const nan = { float: Number.NaN }
    const [response] = await runner.node("LRN", 13, [ones(1, 2, 1, 1)], { size: 1, alpha: nan })
    expect(response?.elements).toEqual([Number.NaN, Number.NaN])
    const [normal] = await runner.node("LayerNormalization", 17, [ones(1, 4), ones(4)], {
      epsilon: { float: Number.POSITIVE_INFINITY },
    })
    expect(normal?.elements).toEqual([0, 0, 0, 0])
  })

  it("A constant that nothing reads, because there is nothing to compute, takes no equal one with it.", async () => {
    const constant = (name: string) => ({
      ...node("Constant", [], [name]),
      attributes: new Map([["value_floats", { kind: "floats", value: [1.5, 2] } as const]]),
    })
    const nodes = [
      constant("a"),
      constant("b"),
      node("Add", ["none", "a"], ["nothing"]),
      node("Add", ["x", "b"], ["y"]),
    ]
    const session = await runner.open(graph(nodes, ["none", "x"], ["nothing", "y"]), 13)
    const inputs = { none: tensor("float32", [0, 2], []), x: floats(1, 2) }
    expect((await runSession(session, inputs, ["nothing", "y"])).y?.elements).toEqual([2.5, 4])
    await session.close()
  })

  it("A batch of three axes in any order times one matrix is computed whole.", async () => {
    const ramp = (...shape: readonly number[]) => ones(...shape).elements.map((_, index) => index % 17)
    const [lengths, strides] = [
      [2, 3, 4, 5, 6],
      [360, 120, 30, 6, 1],
    ] as const
    const x = tensor("float32", lengths, ramp(...lengths))
    const w = tensor("float32", [6, 7], ramp(6, 7))
    for (const perm of [
      [1, 0, 2, 3, 4],
      [2, 1, 0, 3, 4],
    ]) {
      const nodes = [node("Transpose", ["x"], ["t"], { perm }), node("MatMul", ["t", "w"], ["y"])]
      const session = await runner.open(graph(nodes, ["x", "w"], ["y"]), 13)
      const { y } = await runSession(session, { x, w }, ["y"])
      const expected: number[] = []
      const walk = (at: number, axis: number) => {
        if (axis === 4) {
          for (let column = 0; column < 7; column++) {
            let sum = 0
            for (let k = 0; k < 6; k++) sum += Number(x.elements[at + k]) * Number(w.elements[k * 7 + column])
            expected.push(sum)
          }
          return
        }
        const from = perm[axis] as number
        for (let index = 0; index < (lengths[from] as number); index++) {
          walk(at + index * (strides[from] as number), axis + 1)
        }
      }
      walk(0, 0)
      expect(y?.elements).toEqual(expected)
      await session.close()
    }
  })

  it("Long chains, and operators with many inputs, are computed.", async () => {
    // Which in one kernel would take a compiler minutes.
    const chain = Array.from({ length: 2048 }, (_, index) => node("Sin", [`v${index}`], [`v${index + 1}`]))
    const long = await runner.open(graph(chain, ["v0"], ["v2048"]), 13)
    let expected = 1
    for (let times = 0; times < 2048; times++) expected = Math.sin(expected)
    const [result] = (await runSession(long, { v0: ones(64) }, ["v2048"])).v2048?.elements ?? []
    expect(result).toBeCloseTo(expected, 4)
    await long.close()
    const inputs = Array.from({ length: 400 }, (_, index) => [`x${index}`, floats(index)] as const)
    const names = inputs.map(([name]) => name)
    const wide = await runner.open(graph([node("Sum", names, ["y"])], names, ["y"]), 13)
    expect((await runSession(wide, Object.fromEntries(inputs), ["y"])).y?.elements).toEqual([79_800])
    await wide.close()
  })
})
