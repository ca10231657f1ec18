import type { Expression } from "../graph/expression.js"
import { sizeOf } from "../graph/shape.js"
import { type TensorType, tensorTypes } from "../graph/tensor-type.js"
import type { Step, Storage } from "../launch.js"
import { expressionCode, helpersOf, isVectorisable, roundingHelpers } from "./expression-code.js"
import { loadCode, storeCode } from "./memory-access.js"
import { launchItems } from "./work-groups.js"

/** What an element-wise kernel reads: elements of a storage, by strides for the result's dimensions. */
export interface Operand {
  readonly type: TensorType
  readonly storage: Storage
  readonly offset: number
  readonly strides: readonly number[]
}

/** An expression over operands and over the results of those before it. */
export interface Stage {
  readonly expression: Expression
  /** For each operand of the expression: an index of {@link Operand}s, or of an earlier stage. */
  readonly operands: readonly ({ readonly operand: number } | { readonly stage: number })[]
}

/** Lanes of the vectors that are computed with: a cache line of floats. */
const lanes = 16
/** Elements for one work-item of a CPU, which has one a core: enough to be worth its start. */
const chunk = 4096

/**
 * How a kernel goes through memory: each work-item has a chunk of its own, in vectors, as a CPU's core does best; or one
 * element beside those of the others, which a GPU reads at once.
 */
export type ElementwiseOrder = "chunks" | "elements"

/** One kernel for a chain of element-wise operations, the last of which is stored, contiguous. */
export function elementwiseStep(
  order: ElementwiseOrder,
  shape: readonly number[],
  operands: readonly Operand[],
  stages: readonly Stage[],
  output: Storage,
): Step {
  const type = (stages.at(-1) as Stage).expression.type
  const expressions = stages.map(({ expression }) => expression)
  const usesCoordinates = expressions.some(hasCoordinate)
  const loop = usesCoordinates
    ? { shape, strides: operands.map(({ strides }) => strides) }
    : collapse(
        shape,
        operands.map(({ strides }) => strides),
      )
  const inner = loop.shape.length - 1
  const isDense = loop.strides.every((strides) => strides[inner] === 0 || strides[inner] === 1)
  const inVectors =
    order === "chunks" &&
    isDense &&
    (loop.shape[inner] as number) >= lanes &&
    expressions.every(isVectorisable) &&
    operands.every(({ type }) => tensorTypes[type].bytes <= 4) &&
    tensorTypes[type].bytes <= 4
  const kernel = { ...loop, operands, stages, type, output }
  return inVectors ? vectorStep(kernel) : scalarStep(kernel)
}

interface Kernel {
  readonly shape: readonly number[]
  readonly strides: readonly (readonly number[])[]
  readonly operands: readonly Operand[]
  readonly stages: readonly Stage[]
  readonly type: TensorType
  readonly output: Storage
}

/** A work-item computes a chunk of a row, in vectors, and what is left of it one by one. */
function vectorStep(kernel: Kernel): Step {
  const { shape, strides, operands, output } = kernel
  const inner = shape.length - 1
  const outer = shape.slice(0, inner)
  const length = shape[inner] as number
  const chunks = Math.ceil(length / chunk)
  const rows = sizeOf(outer)
  const rowsAtOnce = Math.max(1, Math.min(rows, Math.floor(chunk / length)))
  const body = `
  const int chunk = get_global_id(0);
  const int begin = chunk * ${chunk};
  const int end = min(begin + ${chunk}, length);
  const int first = get_global_id(1) * rowsAtOnce;
  const int last = min(first + rowsAtOnce, rows);
  for (int row = first; row < last; row++) {
${rowOffsets(outer, strides)}
    int x = begin;
    for (; x + ${lanes} <= end; x += ${lanes}) {
${statements(kernel, lanes, (at) => offsetOf(strides, at, inner), `row * length + x`)}
    }
    for (; x < end; x++) {
${statements(kernel, 1, (at) => offsetOf(strides, at, inner), `row * length + x`)}
    }
  }`
  return {
    source: kernelSource(kernel, `int length, int rows, int rowsAtOnce${sizes(outer, strides)}`, body),
    arguments: [
      ...operands.map(({ storage }) => storage),
      output,
      length,
      rows,
      rowsAtOnce,
      ...sizeArguments(kernel, outer, strides),
    ],
    global: [chunks, Math.ceil(rows / rowsAtOnce)],
    local: [1, 1],
  }
}

/** A work-item an element. */
function scalarStep(kernel: Kernel): Step {
  const { shape, strides, operands, output } = kernel
  const items = sizeOf(shape)
  const body = `
  const int row = get_global_id(0);
  if (row >= items) return;
${rowOffsets(shape, strides)}
${statements(kernel, 1, (at) => `o${at}`, "row")}`
  return {
    source: kernelSource(kernel, `int items${sizes(shape, strides)}`, body),
    arguments: [...operands.map(({ storage }) => storage), output, items, ...sizeArguments(kernel, shape, strides)],
    ...launchItems(items),
  }
}

function kernelSource({ operands, stages, type }: Kernel, integers: string, body: string): string {
  const pointers = operands.map(({ type }, at) => `__global const ${tensorTypes[type].stored} *restrict p${at}`)
  const parameters = [...pointers, `__global ${tensorTypes[type].stored} *restrict out`, integers]
  const helpers = new Set(stages.flatMap(({ expression }) => helpersOf(expression)))
  return `${[...helpers].join("")}__kernel void KERNEL(${parameters.join(", ")}) {${body}\n}\n`
}

/** Parameters: lengths, offsets, and strides other than 0. */
function sizes(shape: readonly number[], strides: readonly (readonly number[])[]): string {
  const names = shape.map((_, axis) => `int n${axis}`)
  for (const [at, of] of strides.entries()) {
    names.push(`int o${at}begin`)
    for (const axis of shape.keys()) if (of[axis] !== 0) names.push(`int s${at}_${axis}`)
  }
  return names.map((name) => `, ${name}`).join("")
}

function sizeArguments(
  { operands }: Kernel,
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): number[] {
  const values = [...shape]
  for (const [at, of] of strides.entries()) {
    values.push((operands[at] as Operand).offset)
    for (const axis of shape.keys()) if (of[axis] !== 0) values.push(of[axis] as number)
  }
  return values
}

/** From `row`, an index over `shape`: coordinates `c`, and where each operand's row begins. */
function rowOffsets(shape: readonly number[], strides: readonly (readonly number[])[]): string {
  const lines: string[] = []
  if (shape.length > 1) lines.push("int rest = row;")
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (axis === 0) lines.push(`const int c0 = ${shape.length > 1 ? "rest" : "row"};`)
    else lines.push(`const int c${axis} = rest % n${axis}; rest /= n${axis};`)
  }
  for (const [at, of] of strides.entries()) {
    const terms = [...shape.keys()].filter((axis) => of[axis] !== 0).map((axis) => `c${axis} * s${at}_${axis}`)
    lines.push(`const int o${at} = ${[`o${at}begin`, ...terms].join(" + ")};`)
  }
  return lines.join("\n")
}

const offsetOf = (strides: readonly (readonly number[])[], at: number, inner: number) =>
  strides[at]?.[inner] === 0 ? `o${at}` : `o${at} + x`

function statements(
  { operands, stages, strides, shape, type }: Kernel,
  width: number,
  index: (operand: number) => string,
  outputIndex: string,
): string {
  const code = expressionCode(width)
  const loaded = new Map<number, string>()
  const load = (at: number): string => {
    const known = loaded.get(at)
    if (known !== undefined) return known
    const { type } = operands[at] as Operand
    const isOne = width === 1 || strides[at]?.[shape.length - 1] === 0
    const name = code.declare(type, loadCode(type, `p${at}`, index(at), isOne ? 1 : width))
    loaded.set(at, name)
    return name
  }
  const results: string[] = []
  for (const { expression, operands: from } of stages) {
    const operand = (at: number) => {
      const source = from[at] as { operand: number } | { stage: number }
      return "stage" in source ? (results[source.stage] as string) : load(source.operand)
    }
    // The last is rounded as it is stored.
    const isLast = results.length === stages.length - 1
    const root = isLast && expression.kind === "cast" && isSmall(type) ? uncast(expression) : expression
    results.push(code.write(root, operand, (axis) => `c${axis}`))
  }
  const value = results.at(-1) as string
  return [...code.statements, storeCode(type, "out", outputIndex, value, width)].join("\n")
}

const isSmall = (type: TensorType) => roundingHelpers[type] !== undefined

/** Small floats are computed as float: only what isn't of that type has to be converted before the store. */
function uncast(expression: Extract<Expression, { kind: "cast" }>): Expression {
  return { ...expression, type: "float32" }
}

function hasCoordinate(expression: Expression): boolean {
  if (expression.kind === "coordinate") return true
  if (expression.kind === "cast") return hasCoordinate(expression.argument)
  return expression.kind === "call" && expression.arguments.some(hasCoordinate)
}

/** Joins dimensions that all operands and the result walk through as one. */
function collapse(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { readonly shape: readonly number[]; readonly strides: readonly (readonly number[])[] } {
  const kept: number[] = []
  const joined: number[][] = strides.map(() => [])
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue
    const last = kept.length - 1
    const joins = last >= 0 && strides.every((of, at) => joined[at]?.[last] === (of[axis] as number) * length)
    if (joins) kept[last] = (kept[last] as number) * length
    else kept.push(length)
    for (const [at, of] of strides.entries()) (joined[at] as number[])[kept.length - 1] = of[axis] as number
  }
  if (kept.length === 0) return { shape: [1], strides: strides.map(() => [0]) }
  return { shape: kept, strides: joined }
}
