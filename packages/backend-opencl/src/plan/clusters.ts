import type { Convolution, Elementwise, MatMul, Operation, TransposedConvolution } from "../graph/operation.js"
import type { Tensor } from "../graph/tensor.js"
import { type Attention, consumersOf, joinAttention } from "./attention-pattern.js"

/** An operation into whose kernel element-wise ones that follow it can go. */
export type Head = Convolution | TransposedConvolution | MatMul

const headKinds: readonly Operation["kind"][] = ["convolution", "transposed-convolution", "matmul"]

type Planned = Operation | Attention

const isHead = (operation: Planned): operation is Head => headKinds.some((kind) => kind === operation.kind)

/** Operations that become one kernel: element-wise ones, and perhaps one before them; or any other by itself. */
export type Cluster =
  | {
      readonly kind: "fused"
      readonly head: Head | undefined
      /** In order; may be empty where there is a head. */
      readonly members: readonly Elementwise[]
      readonly output: Tensor
    }
  | { readonly kind: "single"; readonly operation: Operation }
  | Attention

/** Compilers take more than twice as long for twice as much: for a thousand sines in one kernel, a minute. */
const mostMembers = 64
/** A kernel has parameters of 1 KiB at least (CL_DEVICE_MAX_PARAMETER_SIZE): 128 pointers, some of which sizes need. */
const mostInputs = 64

/** Those of `operations` that `roots` need, in order, without views: these are for whoever reads through them. */
export function cluster(
  operations: readonly Operation[],
  roots: readonly Tensor[],
  fits: (head: Head, members: readonly Elementwise[], output: Tensor) => boolean,
  fitsAttention: (attention: Attention) => boolean,
): readonly Cluster[] {
  const rooted = new Set(roots)
  const needed = joinAttention(neededBy(operations, roots), rooted, fitsAttention)
  const consumers = consumersOf(needed)
  const groups = new Map<Planned, Group>()
  const order: Group[] = []

  /** The group that all of an output's consumers are in, if it leaves no other trace. */
  function groupOfConsumers(output: Tensor): Group | undefined {
    if (rooted.has(output)) return undefined
    const found = new Set(consumers.get(output)?.map((consumer) => groups.get(consumer)))
    const [group] = found
    return found.size === 1 && group !== undefined && sameShape(group.output, output) ? group : undefined
  }

  /** Not what the head itself reads; and what joins later has to fit it, too. */
  function joins(operation: Elementwise, { head, members, output, isConstant }: Group): boolean {
    if (operation.isConstant !== isConstant || members.length >= mostMembers) return false
    if (new Set([operation, ...members].flatMap(({ inputs }) => inputs)).size > mostInputs) return false
    if (head === undefined) return true
    if (operation.outputs.some((result) => head.inputs.includes(result))) return false
    return fits(head, [operation, ...members], output)
  }

  for (const operation of [...needed].reverse()) {
    const [output] = operation.outputs as [Tensor]
    if (operation.kind === "elementwise") {
      const group = groupOfConsumers(output)
      if (group !== undefined && joins(operation, group)) {
        group.members.unshift(operation)
        groups.set(operation, group)
        continue
      }
      const made: Group = { head: undefined, members: [operation], output, isConstant: operation.isConstant }
      groups.set(operation, made)
      order.push(made)
    } else if (isHead(operation)) {
      const group = groupOfConsumers(output)
      if (group !== undefined && group.head === undefined && fits(operation, group.members, group.output)) {
        group.head = operation
        groups.set(operation, group)
        continue
      }
      order.push({ head: operation, members: [], output, isConstant: operation.isConstant })
    } else if (operation.kind !== "view") {
      order.push({ single: operation, head: undefined, members: [], output, isConstant: operation.isConstant })
    }
  }
  return order.reverse().map(({ single, head, members, output }) => {
    if (single === undefined) return { kind: "fused", head, members, output }
    return single.kind === "attention" ? single : { kind: "single", operation: single }
  })
}

interface Group {
  readonly single?: Planned
  head: Head | undefined
  readonly members: Elementwise[]
  readonly output: Tensor
  readonly isConstant: boolean
}

const sameShape = (a: Tensor, b: Tensor) =>
  a.shape.length === b.shape.length && a.shape.every((length, axis) => length === b.shape[axis])

function neededBy(operations: readonly Operation[], roots: readonly Tensor[]): readonly Operation[] {
  const needed = new Set<Operation>()
  const add = ({ origin }: Tensor) => origin.kind === "operation" && needed.add(origin.operation)
  for (const root of roots) add(root)
  // Each follows what it needs.
  for (const operation of [...operations].reverse())
    if (needed.has(operation)) for (const input of operation.inputs) add(input)
  return operations.filter((operation) => needed.has(operation))
}
