import { StrongroomError } from "@strongroom/core/backend"
import type { Builder } from "../graph/builder.js"
import { cast, type Expression } from "../graph/expression.js"
import type { Tensor } from "../graph/tensor.js"
import { isSmallFloat, type TensorType } from "../graph/tensor-type.js"
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from "../onnx/model.js"
import { operatorCall } from "../operators/call.js"
import { operators } from "../operators/index.js"
import { calledType } from "./small-results.js"

/** Names of one graph, and what they stand for as far as it has been walked. */
class Scope {
  readonly #tensors = new Map<string, Tensor>()
  /** How often each will be used yet. */
  readonly #uses: Map<string, number>
  readonly #parent: Scope | undefined

  constructor(uses: ReadonlyMap<string, number>, parent: Scope | undefined) {
    this.#uses = new Map(uses)
    this.#parent = parent
  }

  set(name: string, tensor: Tensor): void {
    if (name !== "" && (this.#uses.get(name) ?? 0) > 0) this.#tensors.set(name, tensor)
  }

  get(name: string): Tensor {
    const tensor = this.#tensors.get(name) ?? this.#parent?.get(name)
    if (tensor === undefined)
      throw new StrongroomError("backend-failed", "The model uses a value that it doesn't have.")
    return tensor
  }

  /** One use less; after the last, nothing holds the tensor here. */
  used(name: string): void {
    const left = (this.#uses.get(name) ?? 0) - 1
    this.#uses.set(name, left)
    if (left <= 0) this.#tensors.delete(name)
  }

  tensors(): readonly Tensor[] {
    return [...this.#tensors.values(), ...(this.#parent?.tensors() ?? [])]
  }
}

/**
 * Nodes of graphs within graphs that are written out in one trace, which takes some ten seconds of planning: longer loops
 * would take minutes, and memory without end.
 */
const mostInlined = 2 ** 15

/**
 * Makes the engine's graph of a model's, node by node. Small floats are computed with as float32, from what is given to what
 * is returned, so that all kernels are those for float32; where a model casts to one, the value is rounded.
 */
export class Walker {
  readonly #model: OnnxModel
  readonly #builder: Builder
  readonly #weight: (tensor: OnnxTensor) => Tensor
  readonly #weights = new Map<OnnxTensor, Tensor>()
  /** What the model calls tensors that are computed as float32 in place of it. */
  readonly #small = new WeakMap<Tensor, TensorType>()
  readonly #uses = new WeakMap<object, ReadonlyMap<string, number>>()
  readonly #scopes: Scope[] = []
  #inlined = 0

  /** @param weight gives the tensor of an initialiser */
  constructor(model: OnnxModel, builder: Builder, weight: (tensor: OnnxTensor) => Tensor) {
    this.#model = model
    this.#builder = builder
    this.#weight = (tensor) => {
      const wide = this.#weights.get(tensor) ?? this.#wide(weight(tensor))
      this.#weights.set(tensor, wide)
      return wide
    }
  }

  /** What names stand for now, and will be used yet. */
  live(): readonly Tensor[] {
    return this.#scopes.flatMap((scope) => scope.tensors())
  }

  /** @param inputs those of the model, by name */
  async run(inputs: ReadonlyMap<string, Tensor>): Promise<readonly Tensor[]> {
    const { graph, operatorSets } = this.#model
    const results = await this.#graph(graph, inputs, undefined, { operatorSets, attributes: undefined })
    return results.map((result, index) => {
      const type = graph.outputs[index]?.type
      return isSmallFloat(type) ? this.#cast(result, type) : result
    })
  }

  #cast(tensor: Tensor, type: TensorType): Tensor {
    return this.#builder.elementwise([tensor], (value) => cast(type, value as Expression))
  }

  #wide(tensor: Tensor): Tensor {
    if (!isSmallFloat(tensor.type)) return tensor
    const wide = this.#cast(tensor, "float32")
    this.#small.set(wide, tensor.type)
    return wide
  }

  /** What the model calls a tensor. */
  #typeOf(tensor: Tensor | undefined): TensorType | undefined {
    return tensor && (this.#small.get(tensor) ?? tensor.type)
  }

  /** Remembers which results of a node the model calls small floats; not of what it hands on. */
  #remember(node: OnnxNode, inputs: readonly (Tensor | undefined)[], results: readonly (Tensor | undefined)[]): void {
    const types = inputs.map((input) => this.#typeOf(input))
    for (const [index, result] of results.entries()) {
      if (result?.type !== "float32" || this.#small.has(result) || inputs.includes(result)) continue
      const type = calledType(node, types, index)
      if (isSmallFloat(type)) this.#small.set(result, type)
    }
  }

  async #graph(
    graph: OnnxGraph,
    inputs: ReadonlyMap<string, Tensor>,
    parent: Scope | undefined,
    context: NodeContext,
  ): Promise<readonly Tensor[]> {
    const scope = new Scope(
      this.#usesOf(
        graph,
        graph.outputs.map(({ name }) => name),
      ),
      parent,
    )
    this.#scopes.push(scope)
    try {
      for (const [name, tensor] of graph.initializers) scope.set(name, this.#weight(tensor))
      for (const [name, tensor] of inputs) scope.set(name, this.#wide(tensor))
      await this.#nodes(graph.nodes, scope, context)
      return graph.outputs.map(({ name }) => scope.get(name))
    } finally {
      this.#scopes.pop()
    }
  }

  async #nodes(nodes: readonly OnnxNode[], scope: Scope, context: NodeContext): Promise<void> {
    for (const node of nodes) {
      const results = await this.#node(node, scope, context)
      for (const name of namesUsedBy(node)) scope.used(name)
      for (const [index, name] of node.outputs.entries()) {
        const result = results[index]
        if (name !== "" && result === undefined) throw lacking(node, `no output ${index}`)
        if (result !== undefined) scope.set(name, this.#wide(result))
      }
    }
  }

  async #node(node: OnnxNode, scope: Scope, context: NodeContext): Promise<readonly (Tensor | undefined)[]> {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : scope.get(name)))
    const attributes = resolved(node.attributes, context)
    const definition = this.#model.functions.get(`${node.domain}:${node.operator}`)
    if (definition !== undefined) {
      const own = new Scope(this.#usesOf(definition, definition.outputs), undefined)
      for (const [index, name] of definition.inputs.entries()) {
        const input = inputs[index]
        if (input !== undefined) own.set(name, input)
      }
      this.#scopes.push(own)
      try {
        const defaults = new Map([...definition.attributes, ...attributes])
        await this.#nodes(definition.nodes, own, { operatorSets: definition.operatorSets, attributes: defaults })
        return definition.outputs.map((name) => own.get(name))
      } finally {
        this.#scopes.pop()
      }
    }
    const operator = operators.get(`${node.domain}:${node.operator}`)
    if (operator === undefined) throw lacking(node, "no such operator")
    const call = operatorCall({
      operator: node.operator,
      version: context.operatorSets.get(node.domain) ?? 1,
      inputs,
      attributes,
      wanted: node.outputs.map((name) => name !== ""),
      typeOf: (index) => this.#typeOf(inputs[index]),
      builder: this.#builder,
      weight: this.#weight,
      inline: (graph, given) => {
        // A graph without nodes counts, too: a loop over it might have no end.
        this.#inlined += graph.nodes.length + 1
        if (this.#inlined > mostInlined) {
          const problem = `Loops of the model run too long for the OpenCL engine: written out, they have more than ${mostInlined} nodes.`
          throw new StrongroomError("backend-failed", problem)
        }
        const named = new Map(graph.inputs.map(({ name }, index) => [name, given[index] as Tensor]))
        return this.#graph(graph, named, scope, context)
      },
    })
    const given = await operator(call)
    const results: readonly (Tensor | undefined)[] = Array.isArray(given) ? given : [given as Tensor]
    this.#remember(node, inputs, results)
    return results
  }

  #usesOf(graph: { readonly nodes: readonly OnnxNode[] }, outputs: readonly string[]): ReadonlyMap<string, number> {
    const known = this.#uses.get(graph)
    if (known !== undefined) return known
    const uses = new Map<string, number>()
    const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1)
    for (const node of graph.nodes) for (const name of namesUsedBy(node)) use(name)
    for (const name of outputs) use(name)
    this.#uses.set(graph, uses)
    return uses
  }
}

interface NodeContext {
  readonly operatorSets: ReadonlyMap<string, number>
  /** Those of the function that the node is in. */
  readonly attributes: ReadonlyMap<string, OnnxAttribute> | undefined
}

function lacking({ operator }: OnnxNode, problem: string): StrongroomError {
  return new StrongroomError("backend-failed", `The OpenCL engine has ${problem} for ${operator}.`)
}

/** A function's nodes take attributes from whoever calls it. */
function resolved(
  attributes: ReadonlyMap<string, OnnxAttribute>,
  { attributes: outer }: NodeContext,
): ReadonlyMap<string, OnnxAttribute> {
  const found = new Map<string, OnnxAttribute>()
  for (const [name, attribute] of attributes) {
    const value = attribute.kind === "reference" ? outer?.get(attribute.value) : attribute
    if (value !== undefined) found.set(name, value)
  }
  return found
}

/** Its inputs, and what graphs in its attributes use of the graph around. */
export function namesUsedBy(node: OnnxNode): readonly string[] {
  const names = node.inputs.filter((name) => name !== "")
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === "graph") names.push(...namesFromOutside(attribute.value))
    if (attribute.kind === "graphs") names.push(...attribute.value.flatMap(namesFromOutside))
  }
  return names
}

function namesFromOutside(graph: OnnxGraph): string[] {
  const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()])
  for (const node of graph.nodes) for (const name of node.outputs) own.add(name)
  const used = [...graph.nodes.flatMap(namesUsedBy), ...graph.outputs.map(({ name }) => name)]
  return used.filter((name) => !own.has(name))
}
