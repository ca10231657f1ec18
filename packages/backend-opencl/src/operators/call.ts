import { StrongroomError } from "@strongroom/core/backend"
import type { Builder } from "../graph/builder.js"
import { toNumbers } from "../graph/elements.js"
import type { Tensor } from "../graph/tensor.js"
import { isFloat, type TensorType } from "../graph/tensor-type.js"
import type { OnnxAttribute, OnnxGraph, OnnxTensor } from "../onnx/model.js"

/** One node of a model, as the code for its operator sees it. */
export interface OperatorCall {
  readonly operator: string
  /** Of the operator set that the model is written for. */
  readonly version: number
  readonly inputs: readonly (Tensor | undefined)[]
  /** For each output whether something uses it. */
  readonly wanted: readonly boolean[]
  readonly builder: Builder
  /** @throws StrongroomError `backend-failed` where it is left out, as for all of these */
  input(index: number): Tensor
  /**
   * Integers of an input that is known, or is read back from the device; undefined where the input is left out. Floats are
   * taken where they have no fractions.
   */
  integers(index: number): Promise<number[] | undefined>
  /** What the model calls an input's type, which is float32 here for smaller floats. */
  typeOf(index: number): TensorType | undefined
  /** An input of whole numbers, as indices and lengths are. */
  indices(index: number): Tensor
  /** Attributes; without a default they have to be there. */
  int(name: string, standard?: number): number
  float(name: string, standard?: number): number
  text(name: string, standard?: string): string
  ints(name: string): number[] | undefined
  floats(name: string): number[] | undefined
  texts(name: string): readonly string[] | undefined
  tensor(name: string): Tensor | undefined
  graph(name: string): OnnxGraph
  has(name: string): boolean
  /** Computes a graph of the node's own with these as its inputs. */
  inline(graph: OnnxGraph, inputs: readonly Tensor[]): Promise<readonly Tensor[]>
  /** The model is not as ONNX has it. */
  broken(problem: string): StrongroomError
}

/** The results, in order; undefined for outputs that aren't wanted. */
export type Operator = (
  call: OperatorCall,
) => Tensor | readonly (Tensor | undefined)[] | Promise<Tensor | readonly (Tensor | undefined)[]>

export type OperatorTable = Readonly<Record<string, Operator>>

export interface Node
  extends Pick<OperatorCall, "operator" | "version" | "inputs" | "wanted" | "typeOf" | "builder" | "inline"> {
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
  readonly weight: (tensor: OnnxTensor) => Tensor
}

export function operatorCall({ attributes, weight, ...node }: Node): OperatorCall {
  const broken = (problem: string) =>
    new StrongroomError("backend-failed", `The model isn't as ONNX has it: ${node.operator} ${problem}.`)

  function attribute<Kind extends OnnxAttribute["kind"]>(
    name: string,
    kind: Kind,
  ): Extract<OnnxAttribute, { readonly kind: Kind }> | undefined {
    const found = attributes.get(name)
    if (found === undefined) return undefined
    if (found.kind !== kind) throw broken(`has an attribute ${name} of another kind`)
    return found as Extract<OnnxAttribute, { readonly kind: Kind }>
  }

  function input(index: number): Tensor {
    const found = node.inputs[index]
    if (found === undefined) throw broken(`has no input ${index}`)
    return found
  }

  function required<T>(value: T | undefined, name: string): T {
    if (value === undefined) throw broken(`has no attribute ${name}`)
    return value
  }

  return {
    ...node,
    broken,
    input,
    indices(index) {
      const found = input(index)
      if (isFloat(found.type)) throw broken(`has an input ${index} of floats`)
      return found
    },
    async integers(index) {
      const input = node.inputs[index]
      const numbers = input && toNumbers(await node.builder.elements(input))
      if (numbers?.some((number) => !Number.isInteger(number))) throw broken(`has an input ${index} of fractions`)
      return numbers
    },
    int(name, standard) {
      const value = attribute(name, "int")?.value
      return value === undefined ? required(standard, name) : (toNumbers([value])[0] as number)
    },
    float: (name, standard) => attribute(name, "float")?.value ?? required(standard, name),
    text: (name, standard) => attribute(name, "string")?.value ?? required(standard, name),
    ints(name) {
      const value = attribute(name, "ints")?.value
      return value && toNumbers(value)
    },
    floats(name) {
      const value = attribute(name, "floats")?.value
      return value && [...value]
    },
    texts: (name) => attribute(name, "strings")?.value,
    tensor(name) {
      const value = attribute(name, "tensor")?.value
      return value && weight(value)
    },
    graph: (name) => required(attribute(name, "graph")?.value, name),
    has: (name) => attributes.has(name),
  }
}
