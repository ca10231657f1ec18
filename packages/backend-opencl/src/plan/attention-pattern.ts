import { isVectorisable } from "../codegen/expression-code.js"
import type { Elementwise, MatMul, Operation, View } from "../graph/operation.js"
import { contiguousStrides } from "../graph/shape.js"
import type { Tensor } from "../graph/tensor.js"
import type { GuardKind } from "../kernels/attention.js"
import { type Guard, guardOf } from "./attention-guard.js"
import { type Scale, type Scaled, scaledBy } from "./attention-scale.js"
import { isSmall } from "./fused-epilogue.js"
import { isAlias } from "./lowering.js"
import { operandsOf } from "./operand-access.js"

/** Softmax(query x key, changed element by element) x value, which one kernel computes. */
export interface Attention {
  readonly kind: "attention"
  readonly query: Tensor
  /** Transposed: its columns are keys. */
  readonly key: Tensor
  readonly value: Tensor
  /** What changes queries, and keys, before the first product, one after the other. Keys aren't divided. */
  readonly queryScales: readonly Scale[]
  readonly keyScales: readonly Scale[]
  /** The first product. */
  readonly scores: Tensor
  /** From the first product to what the softmax is of, in order: scales and masks. */
  readonly members: readonly Elementwise[]
  /** What else they read. */
  readonly operands: readonly Tensor[]
  /** Which shares are zeros, if any. */
  readonly guard: GuardKind | undefined
  /** The second product; which of the result's axes each of its axes is. */
  readonly product: Tensor
  readonly order: readonly number[]
  /** All that is read. */
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly [Tensor]
  readonly isConstant: false
}

interface Unscaled {
  readonly factor: Tensor
  readonly scales: readonly Scaled[]
}

/** Further from the softmax than exporters put a scale or a mask, nothing is looked for. */
const mostMembers = 8
/** Of each factor. */
const mostScales = 4

/**
 * Puts an attention in the place of each second product of one.
 *
 * @param operations those that are needed, in order
 * @param roots which have to be computed by themselves
 * @param fits whether the device has a kernel for it
 */
export function joinAttention(
  operations: readonly Operation[],
  roots: ReadonlySet<Tensor>,
  fits: (attention: Attention) => boolean,
): readonly (Operation | Attention)[] {
  const consumers = consumersOf(operations)
  const replaced = new Map<Operation, Attention>()
  const gone = new Set<Operation>()

  /** What reads a tensor beside `guards`, if it is one operation only, and reads nothing else of it. */
  function onlyConsumer(tensor: Tensor, guards: readonly Operation[] = []): Operation | undefined {
    const found = consumers.get(tensor)?.filter((operation) => !guards.includes(operation))
    return found?.length === 1 && !roots.has(tensor) ? found[0] : undefined
  }

  /** The first product, and what is between it and `tensor`. */
  function chainTo(
    tensor: Tensor,
    guards: readonly Operation[],
    length = 0,
  ): { readonly head: MatMul; readonly path: readonly Operation[] } | undefined {
    const { origin } = tensor
    if (origin.kind !== "operation" || onlyConsumer(tensor, guards) === undefined) return undefined
    const { operation } = origin
    if (operation.kind === "matmul") return { head: operation, path: [operation] }
    if (operation.kind !== "elementwise" || length >= mostMembers) return undefined
    for (const input of operation.inputs) {
      if (!sameShape(input, tensor)) continue
      const found = chainTo(input, guards, length + 1)
      if (found !== undefined) return { ...found, path: [...found.path, operation] }
    }
    return undefined
  }

  /** The tensor itself, or that of which it is another shape and nothing else is made. */
  function unshaped(tensor: Tensor, views: Operation[], guards: readonly Operation[] = []): Tensor {
    const { origin } = tensor
    if (origin.kind !== "operation" || origin.operation.kind !== "view" || onlyConsumer(tensor, guards) === undefined)
      return tensor
    if (!isAlias(origin.operation, tensor)) return tensor
    views.push(origin.operation)
    return unshaped(origin.operation.inputs[0] as Tensor, views, guards)
  }

  /** What a guard is for, or the tensor itself; undefined where something else reads it, too. */
  function unguarded(tensor: Tensor): Partial<Guard> | undefined {
    if (onlyConsumer(tensor) === undefined) return undefined
    const guard = guardOf(tensor)
    if (guard === undefined) return { shares: tensor }
    const { shares, operations } = guard
    const within = [shares, ...operations.slice(0, -1).flatMap(({ outputs }) => outputs)]
    const isAll = within.every(
      (one) => !roots.has(one) && consumers.get(one)?.every((each) => operations.includes(each)),
    )
    return isAll ? guard : undefined
  }

  /** A factor of a product without the numbers that change it for that alone, of which the first is the first applied. */
  function unscaled(factor: Tensor, isTaken: (scale: Scale) => boolean, scales: Scaled[] = []): Unscaled {
    const scaled = onlyConsumer(factor) && scaledBy(factor)
    if (scaled === undefined || !isTaken(scaled.scale) || scales.length >= mostScales) return { factor, scales }
    return unscaled(scaled.tensor, isTaken, [scaled, ...scales])
  }

  /**
   * Each work-item copies keys that are rows, and scales them for nothing; divisions would cost something. Others it reads
   * where they are: a copy of its own takes longer than scaling them once, before.
   */
  function unscaledKey(key: Tensor): Unscaled {
    const found = unscaled(key, ({ isDivisor }) => !isDivisor)
    return isTurned(found.factor) ? found : { factor: key, scales: [] }
  }

  for (const product of operations) {
    if (product.kind !== "matmul" || product.isConstant) continue
    const [shares, value] = product.inputs as [Tensor, Tensor]
    const views: Operation[] = []
    const guard = unguarded(unshaped(shares, views))
    const softmax = guard?.shares
    if (softmax === undefined) continue
    const guards = guard?.operations ?? []
    const { origin } = softmax
    if (origin.kind !== "operation" || origin.operation.kind !== "softmax" || origin.operation.isLogarithm) continue
    const compared = origin.operation.inputs[0] as Tensor
    if (guard?.scores !== undefined && guard.scores !== compared) continue
    const scored = unshaped(compared, views, guards)
    const chain = chainTo(scored, guards)
    if (chain === undefined || !sameShape(scored, shares) || shares.shape.at(-1) !== softmax.shape.at(-1)) continue
    const { head, path } = chain
    const members = path.slice(1) as Elementwise[]
    const scores = head.outputs[0] as Tensor
    const made = product.outputs[0] as Tensor
    const turned = transposition(onlyConsumer(made), made)
    const operands = operandsOf(members, scores)
    const ofQuery = unscaled(head.inputs[0] as Tensor, () => true)
    const ofKey = unscaledKey(head.inputs[1] as Tensor)
    const scaled = [...ofQuery.scales, ...ofKey.scales]
    const [query, key] = [ofQuery.factor, ofKey.factor]
    const attention: Attention = {
      ...{ kind: "attention", query, key, value, scores, members, operands, guard: guard?.kind, product: made },
      isConstant: false,
      queryScales: ofQuery.scales.map(({ scale }) => scale),
      keyScales: ofKey.scales.map(({ scale }) => scale),
      order: turned?.order ?? [...made.shape.keys()],
      inputs: [query, key, value, ...scaled.map(({ scale }) => scale.number), ...operands],
      outputs: [turned?.view.outputs[0] ?? made],
    } as const
    if (!canBeOne(attention) || !fits(attention)) continue
    replaced.set(product, attention)
    for (const operation of [
      ...[...scaled.map((one) => one.operation), ...path, ...views, ...guards, origin.operation],
      ...(turned ? [turned.view] : []),
    ])
      gone.add(operation)
  }
  return operations.filter((operation) => !gone.has(operation)).map((operation) => replaced.get(operation) ?? operation)
}

/** Whether all of it is of floats of 32 bits, or of what changes them lane by lane. */
function canBeOne({ query, key, value, scores, members, operands, product }: Attention): boolean {
  const isFloat = [query, key, value, scores, product].every(({ type, size }) => type === "float32" && size > 0)
  const isSimple = members.every(({ expression }) => isVectorisable(expression) && isSmall(expression))
  const last = members.at(-1)?.expression.type ?? "float32"
  const isOneBatch = String(scores.shape.slice(0, -2)) === String(product.shape.slice(0, -2))
  return (
    isFloat && isOneBatch && isSimple && last === "float32" && operands.every(({ type }) => operandTypes.includes(type))
  )
}

const operandTypes: readonly Tensor["type"][] = ["float32", "bool"]

/** The view that gives the axes of `made` but the last another order, if `operation` is one. */
function transposition(
  operation: Operation | undefined,
  made: Tensor,
): { readonly view: View; readonly order: readonly number[] } | undefined {
  if (operation?.kind !== "view" || operation.offset !== 0) return undefined
  const [output] = operation.outputs as [Tensor]
  const strides = contiguousStrides(made.shape)
  const order = strides.map((stride, axis) => {
    // Axes of length 1 have strides that others have, too.
    return operation.strides.findIndex((one, at) => one === stride && output.shape[at] === made.shape[axis])
  })
  const isOne = output.shape.length === made.shape.length && new Set(order).size === order.length
  return isOne && order.at(-1) === order.length - 1 && !order.includes(-1) ? { view: operation, order } : undefined
}

/** Whether a matrix' columns lie together in memory: it is made by a transposition. */
const isTurned = ({ origin }: Tensor) =>
  origin.kind === "operation" && origin.operation.kind === "view" && origin.operation.strides.at(-2) === 1

const sameShape = (a: Tensor, b: Tensor) =>
  a.shape.length === b.shape.length && a.shape.every((length, axis) => length === b.shape[axis])

/** What reads each tensor, once for each time it does. */
export function consumersOf<One extends Pick<Operation, "inputs">>(
  operations: readonly One[],
): ReadonlyMap<Tensor, readonly One[]> {
  const consumers = new Map<Tensor, One[]>()
  for (const operation of operations) {
    for (const input of operation.inputs) {
      const known = consumers.get(input)
      if (known === undefined) consumers.set(input, [operation])
      else known.push(operation)
    }
  }
  return consumers
}
