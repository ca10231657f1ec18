import { expressionCode, isVectorisable } from "../codegen/expression-code.js"
import { loadCode } from "../codegen/memory-access.js"
import type { Expression } from "../graph/expression.js"
import type { Elementwise } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import type { Epilogue } from "../kernels/kernel-call.js"
import type { Storage } from "../launch.js"
import { stagesOf } from "./lowering.js"
import { operandsOf, type Pattern, patternOf } from "./operand-access.js"

/** Element-wise operations as what a kernel does to its results, and the memory that it reads for that. */
export interface FusedEpilogue {
  readonly epilogue: Epilogue
  readonly storages: readonly Storage[]
}

/** How a tensor is read along with a result of some shape. */
export type PatternsOf = (operand: readonly number[], shape: readonly number[]) => Pattern

/** Along `axis`, as every kernel can. */
const along =
  (axis: number): PatternsOf =>
  (operand, shape) =>
    patternOf(operand, shape, axis)

/**
 * Whether `members` can follow a kernel's results of float32, in vectors along `axis`: what else they read is of the
 * result's shape, one number for each index of that axis, or one for all.
 *
 * @param axis or what else the kernel can read
 */
export function isFusable(
  members: readonly Elementwise[],
  head: Tensor | undefined,
  output: Tensor,
  axis: number | PatternsOf,
): boolean {
  const patterns = typeof axis === "number" ? along(axis) : axis
  if (output.type !== "float32" || (head !== undefined && head.type !== "float32")) return false
  if (!members.every(({ expression }) => isVectorisable(expression) && isSmall(expression))) return false
  return operandsOf(members, head).every(
    (tensor) => tensor.type === "float32" && patterns(tensor.shape, output.shape) !== "other",
  )
}

/** @param storageOf where an operand lies: in the result's layout where it is of the same shape, else row-major */
export function fusedEpilogue(
  members: readonly Elementwise[],
  head: Tensor | undefined,
  output: Tensor,
  axis: number | PatternsOf,
  storageOf: (tensor: Tensor, pattern: Pattern) => Storage,
): FusedEpilogue {
  const read = operandsOf(members, head)
  const patternsOf = typeof axis === "number" ? along(axis) : axis
  const patterns = read.map((tensor) => patternsOf(tensor.shape, output.shape))
  const storages = read.map((tensor, index) => storageOf(tensor, patterns[index] as Pattern))
  const tensors = head === undefined ? read : [...read, head]
  const stages = stagesOf(members, tensors)
  return {
    storages,
    epilogue: {
      parameters: read.map((_, index) => `, __global const float *restrict e${index}`).join(""),
      apply(value, { lanes, channel, element, width, ofImage }) {
        if (stages.length === 0) return ""
        const code = expressionCode(width, "f")
        const loaded = new Map<number, string>()
        const load = (index: number): string => {
          if (index === read.length) return value
          const known = loaded.get(index)
          if (known !== undefined) return known
          const pattern = patterns[index] as Pattern
          const isOne = onePatterns.includes(pattern) || (pattern === "channel" && lanes === "pixels")
          const places: Partial<Record<Pattern, string>> = { scalar: "0", channel, same: element, ...ofImage }
          const place = places[pattern] as string
          const text = loadCode("float32", `e${index}`, place, isOne ? 1 : width)
          const name = code.declare("float32", text)
          loaded.set(index, name)
          return name
        }
        const results: string[] = []
        for (const { expression, operands } of stages) {
          const operand = (at: number) => {
            const source = operands[at] as { operand: number } | { stage: number }
            return "stage" in source ? (results[source.stage] as string) : load(source.operand)
          }
          results.push(code.write(expression, operand, () => "0"))
        }
        return `{\n${code.statements.join("\n")}\n${value} = ${results.at(-1)};\n}`
      },
    },
  }
}

/** Of which a block of channels reads one element. */
const onePatterns: readonly Pattern[] = ["scalar", "pixel", "imagePixel"]

/** Nothing in it is of a type that is rounded on the way. */
export function isSmall(expression: Expression): boolean {
  if (expression.type === "bfloat16" || expression.type === "float16") return false
  if (expression.kind === "cast") return isSmall(expression.argument)
  return expression.kind !== "call" || expression.arguments.every(isSmall)
}
