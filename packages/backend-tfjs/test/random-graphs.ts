import { type Tensor, tensor } from "@strongroom/core"
import { type GraphFiles, graphFiles, types, type Weight } from "./graph-files.js"
import { seeded } from "./graph-models.js"

/* Graphs of random operators, which work for any count of rows: their shapes say how many there are. */

/** A node's output: `node`, or `node:1` where there are several. */
interface Of<Kind extends string> {
  readonly kind: Kind
  readonly name: string
}

/** Float numbers, [rows, columns]. */
interface Rows extends Of<"rows"> {
  readonly columns: number
}

/** Two integers: the shape of such. */
interface Shape extends Of<"shape"> {
  readonly columns: number
}

type Value =
  | Rows
  | Shape
  /** Float numbers, [rows]. */
  | Of<"vector">
  /** Integers from 0 to 4, [rows]. */
  | Of<"indices">
  /** How many rows there are: an integer, []. */
  | Of<"count">

type Type = keyof typeof types | "bool"
const dtypes = { ...types, bool: "DT_BOOL" }
const typed = (type: Type) => ({ type: dtypes[type] })
const float = { T: typed("float32") }

export interface RandomGraph {
  readonly files: GraphFiles
  /** By the model's names: `node:0`. */
  readonly outputs: readonly string[]
  /** Names of what {@link operators} has that is in it. */
  readonly kinds: readonly string[]
}

/** A graph that is still being made. */
interface Growing {
  /** One of the values of a kind: one that `suits`, where there is such. */
  some<K extends Value["kind"]>(kind: K, suits?: (value: Value & Of<K>) => boolean): Value & Of<K>
  /** Other rows of as many columns, or the same. */
  alike(rows: Rows): Rows
  pick<T>(...choices: readonly T[]): T
  /** A new node's name. */
  node(op: string, input: readonly (Of<string> | string)[], attr?: { readonly [name: string]: object }): string
  rows(columns: number, name: string): Rows
  value(kind: "vector" | "indices" | "count", name: string): void
  shape(columns: number, name: string): void
  /** Weights: their names. */
  integers(shape: readonly number[], ...values: readonly number[]): string
  floats(...shape: readonly number[]): string
}

const most = 6

const operators: { readonly [kind: string]: (graph: Growing) => void } = {
  binary(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node(g.pick("AddV2", "Sub", "Maximum", "Minimum"), [a, g.alike(a)], float))
  },
  product(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("Tanh", [g.node(g.pick("Mul", "SquaredDifference"), [a, g.alike(a)], float)], float))
  },
  unary(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node(g.pick("Neg", "Relu", "Abs", "Sigmoid", "Relu6", "Elu", "Softmax"), [a], float))
  },
  weighted(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node(g.pick("BiasAdd", "AddV2", "Sub", "Prelu"), [a, g.floats(a.columns)], float))
  },
  matmul(g) {
    const a = g.some("rows")
    const columns = g.pick(1, 2, 4)
    g.rows(columns, g.node("Tanh", [g.node("MatMul", [a, g.floats(a.columns, columns)], float)], float))
  },
  shape(g) {
    const a = g.some("rows")
    g.shape(a.columns, g.node("Shape", [a], float))
  },
  count(g) {
    const bounds = [g.integers([1], 0), g.integers([1], 1), g.integers([1], 1)]
    const attr = { T: typed("int32"), shrink_axis_mask: { i: "1" } }
    g.value("count", g.node("StridedSlice", [g.some("shape"), ...bounds], attr))
  },
  packedShape(g) {
    const columns = g.pick(1, 2, 4)
    const attr = { N: { i: "2" }, T: typed("int32"), axis: { i: "0" } }
    g.shape(columns, g.node("Pack", [g.some("count"), g.integers([], columns)], attr))
  },
  reshape(g) {
    const a = g.some("rows")
    const to = g.some("shape", ({ columns }) => columns === a.columns)
    const flat = g.node("Reshape", [a, g.integers([1], -1)], float)
    const shape = to.columns === a.columns ? to : g.node("Shape", [a], float)
    g.rows(a.columns, g.node("Reshape", [flat, shape], float))
  },
  fill(g) {
    const to = g.some("shape")
    g.rows(to.columns, g.node("Fill", [to, g.floats()], float))
  },
  fillByCount(g) {
    const to = g.some("shape")
    const value = g.node("Cast", [g.some("count")], { SrcT: typed("int32"), DstT: typed("float32") })
    g.rows(to.columns, g.node("Fill", [to, value], float))
  },
  fillByInput(g) {
    const to = g.some("shape")
    const value = g.node("Max", [g.some("rows"), g.integers([2], 0, 1)], { ...float, keep_dims: { b: false } })
    g.rows(to.columns, g.node("Fill", [to, value], float))
  },
  zeros(g) {
    const to = g.some("shape")
    g.rows(to.columns, g.node("Zeros", [to], float))
  },
  like(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node(g.pick("ZerosLike", "OnesLike"), [a], float))
  },
  gather(g) {
    g.rows(4, g.node("GatherV2", [g.floats(5, 4), g.some("indices"), g.integers([], 0)], float))
  },
  gatherBackwards(g) {
    const a = g.some("rows")
    const range = g.node("Range", [g.integers([], 0), g.some("count"), g.integers([], 1)], { Tidx: typed("int32") })
    const backwards = g.node("ReverseV2", [range, g.integers([1], 0)], { T: typed("int32") })
    g.rows(a.columns, g.node("GatherV2", [a, backwards, g.integers([], 0)], float))
  },
  concat(g) {
    const a = g.some("rows")
    const b = g.some("rows", ({ columns }) => columns + a.columns <= most)
    const fits = a.columns + b.columns <= most
    const parts = fits ? [a, b] : [a]
    const attr = { ...float, N: { i: String(parts.length) } }
    g.rows(fits ? a.columns + b.columns : a.columns, g.node("ConcatV2", [...parts, g.integers([], 1)], attr))
  },
  concatRows(g) {
    const a = g.some("rows")
    const all = g.node("ConcatV2", [a, g.alike(a), g.integers([], 0)], { ...float, N: { i: "2" } })
    const halves = g.node("Split", [g.integers([], 0), all], { ...float, num_split: { i: "2" } })
    g.rows(a.columns, g.pick(halves, `${halves}:1`))
  },
  split(g) {
    const a = g.some("rows", ({ columns }) => columns % 2 === 0)
    if (a.columns % 2 !== 0) return
    const halves = g.node("Split", [g.integers([], 1), a], { ...float, num_split: { i: "2" } })
    g.rows(a.columns / 2, halves)
    g.rows(a.columns / 2, `${halves}:1`)
  },
  splitUnevenly(g) {
    const a = g.some("rows", ({ columns }) => columns > 2)
    if (a.columns < 3) return
    const sizes = g.integers([2], 1, a.columns - 1)
    const parts = g.node("SplitV", [a, sizes, g.integers([], 1)], { ...float, num_split: { i: "2" } })
    g.rows(a.columns - 1, `${parts}:1`)
  },
  transpose(g) {
    const a = g.some("rows")
    const order = g.integers([2], 1, 0)
    g.rows(
      a.columns,
      g.node("Transpose", [g.node("Neg", [g.node("Transpose", [a, order], float)], float), order], float),
    )
  },
  reduce(g) {
    const attr = (keep: boolean) => ({ ...float, keep_dims: { b: keep } })
    const op = g.pick("Sum", "Mean", "Max", "Min")
    const [a, axis] = [g.some("rows"), g.integers([1], 1)]
    if (g.pick(true, false)) g.value("vector", g.node(op, [a, axis], attr(false)))
    else g.rows(1, g.node(op, [a, axis], attr(true)))
  },
  argMax(g) {
    const a = g.some("rows", ({ columns }) => columns <= 5)
    if (a.columns > 5) return
    g.value("indices", g.node("ArgMax", [a, g.integers([], 1)], { ...float, output_type: typed("int32") }))
  },
  cast(g) {
    g.value("vector", g.node("Cast", [g.some("indices")], { SrcT: typed("int32"), DstT: typed("float32") }))
  },
  castNothing(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("Cast", [a], { SrcT: typed("float32"), DstT: typed("float32") }))
  },
  select(g) {
    const a = g.some("rows")
    const b = g.alike(a)
    const greater = g.node("Greater", [a, b], float)
    const condition = g.pick(true, false) ? greater : g.node("LogicalNot", [greater])
    g.rows(a.columns, g.node("SelectV2", [condition, a, g.node("Neg", [b], float)], float))
  },
  oneHot(g) {
    const given = [g.some("indices"), g.integers([], 5), g.floats(), g.node("Neg", [g.floats()], float)]
    g.rows(5, g.node("OneHot", given, { ...float, axis: { i: "-1" } }))
  },
  range(g) {
    const range = g.node("Range", [g.integers([], 0), g.some("count"), g.integers([], 1)], { Tidx: typed("int32") })
    g.value("vector", g.node("Cast", [range], { SrcT: typed("int32"), DstT: typed("float32") }))
  },
  tile(g) {
    const columns = g.pick(1, 2, 3)
    const column = g.node("ExpandDims", [g.some("vector"), g.integers([], 1)], float)
    g.rows(columns, g.node("Tile", [column, g.integers([2], 1, columns)], float))
  },
  pad(g) {
    const a = g.some("rows", ({ columns }) => columns < most)
    if (a.columns >= most) return
    g.rows(a.columns + 1, g.node("PadV2", [a, g.integers([2, 2], 0, 0, 1, 0), g.floats()], float))
  },
  pass(g) {
    const a = g.some("rows")
    let name: Of<string> | string = a
    for (let left = g.pick(1, 2, 3); left > 0; left--) {
      name = g.node(g.pick("Identity", "StopGradient", "Snapshot"), [name], float)
    }
    g.rows(a.columns, name as string)
  },
  passSeveral(g) {
    const [a, b] = [g.some("rows"), g.some("rows")]
    const passed = g.node("IdentityN", [a, b], { T: { list: { type: [types.float32, types.float32] } } })
    g.rows(a.columns, passed)
    g.rows(b.columns, `${passed}:1`)
  },
  expand(g) {
    const a = g.some("rows")
    const expanded = g.node("ExpandDims", [a, g.integers([], 0)], float)
    g.rows(a.columns, g.node("Squeeze", [expanded], { ...float, squeeze_dims: { list: { i: ["0"] } } }))
  },
  slice(g) {
    const a = g.some("rows")
    const columns = g.pick(1, a.columns)
    const attr = { ...float, Index: typed("int32") }
    g.rows(columns, g.node("Slice", [a, g.integers([2], 0, 0), g.integers([2], -1, columns)], attr))
  },
  unpack(g) {
    const a = g.some("rows")
    const attr = { ...float, axis: { i: "1" }, num: { i: String(a.columns) } }
    const unpacked = g.node("Unpack", [a], attr)
    const columns = Array.from({ length: a.columns }, (_, index) => `${unpacked}:${index}`).reverse()
    g.rows(a.columns, g.node("Pack", columns, { ...float, axis: { i: "1" }, N: { i: String(a.columns) } }))
  },
  reverse(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("ReverseV2", [a, g.integers([1], g.pick(0, 1))], float))
  },
  reverseByInput(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("ReverseV2", [a, "axis"], float))
  },
  cumulate(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("Tanh", [g.node("Cumsum", [a, g.integers([], 1)], float)], float))
  },
  top(g) {
    const a = g.some("rows")
    const attr = { ...float, sorted: { b: true } }
    const top = g.node("TopKV2", [a, g.integers([], a.columns)], attr)
    g.rows(a.columns, top)
    g.rows(a.columns, g.node("Cast", [`${top}:1`], { SrcT: typed("int32"), DstT: typed("float32") }))
  },
  addSeveral(g) {
    const a = g.some("rows")
    g.rows(a.columns, g.node("AddN", [a, g.alike(a), g.alike(a)], { ...float, N: { i: "3" } }))
  },
  addSize(g) {
    const a = g.some("rows")
    const size = g.node(g.pick("Size", "Rank"), [g.some("rows")], float)
    const asFloat = g.node("Cast", [size], { SrcT: typed("int32"), DstT: typed("float32") })
    g.rows(a.columns, g.node("AddV2", [a, asFloat], float))
  },
}

/** A graph of random operators, the same for the same seed. Inputs: `x`, [rows, 4]; `index`, [rows]; `axis`, [1], 0 or 1. */
export function randomGraph(seed: number): RandomGraph {
  const numbers = seeded(seed, 4096).values()
  const pick = <T>(...choices: readonly T[]): T => {
    const { value } = numbers.next()
    return choices[Math.floor((((value as number) + 1) / 2) * choices.length)] as T
  }
  const values: Value[] = [
    { kind: "rows", name: "x", columns: 4 },
    { kind: "indices", name: "index" },
  ]
  const weights = new Map<string, Weight>()
  const nodes: Parameters<typeof graphFiles>[0]["nodes"][number][] = []

  const g: Growing = {
    pick,
    some(kind, suits = () => true) {
      const all = values.filter((value) => value.kind === kind) as (Value & Of<typeof kind>)[]
      const suitable = all.filter(suits)
      return pick(...(suitable.length > 0 ? suitable : all))
    },
    alike: ({ columns }) => g.some("rows", (other) => other.columns === columns),
    node(op, input, attr = {}) {
      const name = `n${nodes.length}`
      nodes.push({ name, op, input: input.map((from) => (typeof from === "string" ? from : from.name)), attr })
      return name
    },
    rows(columns, name) {
      const rows = { kind: "rows", name, columns } as const
      values.push(rows)
      return rows
    },
    value: (kind, name) => void values.push({ kind, name }),
    shape: (columns, name) => void values.push({ kind: "shape", name, columns }),
    integers(shape, ...elements) {
      const name = `integers_${shape.join("x")}_${elements.join("_")}`.replaceAll("-", "m")
      weights.set(name, { name, dtype: "int32", shape, bytes: new Uint8Array(Int32Array.from(elements).buffer) })
      return name
    },
    floats(...shape) {
      const name = `floats_${shape.join("x")}`
      const elements = seeded(
        shape.length + 1,
        shape.reduce((product, size) => product * size, 1),
      )
      weights.set(name, { name, dtype: "float32", shape, bytes: new Uint8Array(elements.buffer) })
      return name
    },
  }

  const kinds: string[] = []
  function add(kind: string): void {
    operators[kind]?.(g)
    kinds.push(kind)
  }
  // So that there is a value of each kind.
  for (const kind of ["shape", "count", "reduce", "cast"]) add(kind)
  for (let left = 24; left > 0; left--) add(pick(...Object.keys(operators)))

  const last = values.slice(-4)
  const wanted = [...new Set([...last, g.some("rows"), g.some("shape"), values[0] as Value, g.some("vector")])]
  const outputs = wanted.map((value) => {
    const type = value.kind === "rows" || value.kind === "vector" ? "float32" : "int32"
    // The second output of a node has no name of its own.
    const name = value.name.includes(":") ? g.node("Identity", [value], { T: typed(type) }) : value.name
    const shapes = { rows: [-1, -1], shape: [2], vector: [-1], indices: [-1], count: [] }
    return { name, dtype: types[type], shape: shapes[value.kind] }
  })
  const weight = g.floats(5, 4)
  outputs.push({ name: g.node("Identity", [weight], float), dtype: types.float32, shape: [5, 4] })
  // Each count of columns that is kept may be x again.
  outputs.push({ name: g.node("Identity", ["x"], float), dtype: types.float32, shape: [-1, 4] })
  const files = graphFiles({
    inputs: [
      { name: "x", dtype: types.float32, shape: [-1, 4] },
      { name: "index", dtype: types.int32, shape: [-1] },
      { name: "axis", dtype: types.int32, shape: [1] },
    ],
    outputs,
    weights: [...weights.values()],
    nodes,
  })
  return { files, outputs: outputs.map(({ name }) => `${name}:0`), kinds }
}

export const operatorKinds = Object.keys(operators)

/** Inputs of a random graph, the same for the same seed. */
export function randomInputs(seed: number, rows: number): { readonly [name: string]: Tensor } {
  const indices = Array.from(seeded(seed + 1, rows), (value) => Math.floor(((value + 1) / 2) * 5))
  return {
    "x:0": tensor("float32", [rows, 4], seeded(seed, rows * 4)),
    "index:0": tensor("int32", [rows], indices),
    "axis:0": tensor("int32", [1], [seed % 2]),
  }
}
