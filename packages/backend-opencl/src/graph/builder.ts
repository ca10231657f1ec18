import { StrongroomError } from "@strongroom/core/backend"
import type { KernelCall } from "../launch.js"
import { checkFloats, checkInside, checkOneType } from "./checks.js"
import type { Elements } from "./elements.js"
import type { Expression } from "./expression.js"
import { concatenated, evaluated, folded, viewed } from "./known-results.js"
import type { Operation, OperationOf, ReduceMode, Result } from "./operation.js"
import { broadcastShapes, broadcastStrides, broadcastsTo, contiguousStrides } from "./shape.js"
import { isConstant, makeTensor, type Tensor } from "./tensor.js"
import type { TensorType } from "./tensor-type.js"

/** Shapes are decided by no more elements than that; they are objects on the host, many times as large. */
const mostReadElements = 2 ** 16

/** Gives a tensor's elements, by running what computes them if need be; `held` is what the caller still has use for. */
export type ReadElements = (tensor: Tensor, held: readonly Tensor[]) => Promise<Elements>

/** What a kernel of its own needs to have; see `Custom` in operation.ts. */
export interface CustomKernel {
  readonly body: string
  readonly helpers?: string
  readonly items?: number
  readonly inBlocks?: KernelCall | undefined
  /** Its results aren't the same in every run, though its inputs are. */
  readonly varies?: boolean
}

/**
 * Makes the engine's own graph: each method appends an operation, or none where the result is known without a device.
 * Operators check what models say; what fast kernels rely on, and shapes, are checked here once more, for all of them.
 */
export class Builder {
  /** Those that aren't computed yet, in an order in which each follows what it needs. */
  readonly operations: Operation[] = []
  /** Whether results of some operation aren't the same in every run, though its inputs are: each trace draws others. */
  varies = false
  readonly #read: ReadElements

  constructor(read: ReadElements) {
    this.#read = read
  }

  /** A tensor of what is known: `elements` for `type`, row-major. */
  constant(type: TensorType, shape: readonly number[], elements: Elements): Tensor {
    return makeTensor(type, shape, { kind: "elements" }, elements)
  }

  /**
   * The elements, on the host. If a device has to compute them, the graph is run until there: results that depend on
   * data are shaped by it.
   *
   * @param held tensors of an operator's own, with which it will go on: of what is computed on the way they are kept, and
   *   all else that no name stands for is computed again if it is used
   */
  async elements(tensor: Tensor, held: readonly Tensor[] = []): Promise<Elements> {
    if (tensor.elements !== undefined) return tensor.elements
    if (tensor.size > mostReadElements) {
      const problem = `The model goes on by a tensor of ${tensor.size} elements; the OpenCL engine reads ${mostReadElements}.`
      throw new StrongroomError("backend-failed", problem)
    }
    return this.#read(tensor, held)
  }

  /** @param make of operands of the inputs' types, one for each */
  elementwise(inputs: readonly Tensor[], make: (...operands: readonly Expression[]) => Expression): Tensor {
    const shape = broadcastShapes(inputs.map((input) => input.shape))
    return this.elementwiseOf(shape, inputs, make)
  }

  /** The same for a result of a given shape, to which inputs broadcast: for expressions of coordinates. */
  elementwiseOf(
    shape: readonly number[],
    inputs: readonly Tensor[],
    make: (...operands: readonly Expression[]) => Expression,
  ): Tensor {
    if (!inputs.every((input) => broadcastsTo(input.shape, shape)))
      throw new StrongroomError("backend-failed", "An operator's input is larger than its result.")
    const operands = inputs.map(({ type }, index): Expression => ({ kind: "operand", index, type }))
    const expression = make(...operands)
    const elements = evaluated(shape, inputs, expression)
    if (elements !== undefined) return this.constant(expression.type, shape, elements)
    const [result] = this.#append({ kind: "elementwise", expression }, inputs, [{ type: expression.type, shape }])
    return result as Tensor
  }

  /**
   * Elements of `input` at `offset` plus coordinates times `strides`.
   *
   * @throws StrongroomError `backend-failed` where one lies outside of it
   */
  view(input: Tensor, shape: readonly number[], offset: number, strides: readonly number[]): Tensor {
    checkInside(input, shape, offset, strides)
    const elements = viewed(input, shape, offset, strides)
    if (elements !== undefined) return this.constant(input.type, shape, elements)
    const [result] = this.#append({ kind: "view", offset, strides }, [input], [{ type: input.type, shape }])
    return result as Tensor
  }

  /** The same elements in the same order. */
  reshape(input: Tensor, shape: readonly number[]): Tensor {
    return this.view(input, shape, 0, contiguousStrides(shape))
  }

  /** Dimension n of the result is dimension `order[n]` of the input. */
  transpose(input: Tensor, order: readonly number[]): Tensor {
    const strides = contiguousStrides(input.shape)
    return this.view(
      input,
      order.map((axis) => input.shape[axis] as number),
      0,
      order.map((axis) => strides[axis] as number),
    )
  }

  /** The other way round: the last two dimensions. */
  transposeMatrices(input: Tensor): Tensor {
    const order = [...input.shape.keys()]
    return this.transpose(input, [...order.slice(0, -2), ...order.slice(-2).reverse()])
  }

  /** Broadcasts. */
  expand(input: Tensor, shape: readonly number[]): Tensor {
    return this.view(input, shape, 0, broadcastStrides(input.shape, shape))
  }

  /** @param axis at least 0 */
  concat(inputs: readonly Tensor[], axis: number): Tensor {
    const [first] = inputs as [Tensor]
    if (inputs.length === 1) return first
    const length = inputs.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
    const shape = first.shape.with(axis, length)
    const elements = concatenated(inputs, axis, shape)
    if (elements !== undefined) return this.constant(first.type, shape, elements)
    const [result] = this.#append({ kind: "concat", axis }, inputs, [{ type: first.type, shape }])
    return result as Tensor
  }

  /**
   * numpy.matmul; both have two dimensions or more.
   *
   * @throws StrongroomError `backend-failed` where they don't fit together
   */
  matmul(a: Tensor, b: Tensor): Tensor {
    if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
      throw new StrongroomError("backend-failed", "Matrices of the model don't fit together.")
    }
    checkOneType([a, b])
    const [rows, columns] = [a.shape.at(-2) as number, b.shape.at(-1) as number]
    const batch = broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)])
    const [result] = this.#append({ kind: "matmul" }, [a, b], [{ type: a.type, shape: [...batch, rows, columns] }])
    return result as Tensor
  }

  /** @param shape the result's, `[N, M, ...]` */
  convolution(
    inputs: readonly Tensor[],
    shape: readonly number[],
    options: Omit<OperationOf<"convolution">, "kind">,
  ): Tensor {
    checkOneType(inputs)
    const [input] = inputs as [Tensor]
    const [result] = this.#append({ kind: "convolution", ...options }, inputs, [{ type: input.type, shape }])
    return result as Tensor
  }

  /** @param shape the result's, `[N, M, ...]` */
  transposedConvolution(
    inputs: readonly Tensor[],
    shape: readonly number[],
    options: Omit<OperationOf<"transposed-convolution">, "kind">,
  ): Tensor {
    const [result] = this.#append({ kind: "transposed-convolution", ...options }, inputs, [{ type: "float32", shape }])
    return result as Tensor
  }

  /** @param shape the result's, `[N, C, ...]` */
  pool(input: Tensor, shape: readonly number[], options: Omit<OperationOf<"pool">, "kind">): Tensor {
    const [result] = this.#append({ kind: "pool", ...options }, [input], [{ type: input.type, shape }])
    return result as Tensor
  }

  /** Folded axes stay, with length 1. */
  reduce(input: Tensor, mode: ReduceMode, axes: readonly number[]): Tensor {
    const sorted = [...new Set(axes)].sort((a, b) => a - b)
    const shape = input.shape.map((length, axis) => (sorted.includes(axis) ? 1 : length))
    const elements = folded(input, mode, shape)
    if (elements !== undefined) return this.constant(input.type, shape, elements)
    const [result] = this.#append({ kind: "reduce", mode, axes: sorted }, [input], [{ type: input.type, shape }])
    return result as Tensor
  }

  /** Over the last dimension. */
  softmax(input: Tensor, isLogarithm: boolean): Tensor {
    checkFloats([input])
    const [result] = this.#append({ kind: "softmax", isLogarithm }, [input], [input])
    return result as Tensor
  }

  /** Over the last dimension. @param inputs x, and scale and bias of its length if there are */
  layerNorm(inputs: readonly Tensor[], epsilon: number): Tensor {
    checkFloats(inputs)
    checkOneType(inputs)
    const [input] = inputs as [Tensor]
    const [result] = this.#append({ kind: "layer-norm", epsilon }, inputs, [input])
    return result as Tensor
  }

  /** A kernel of its own, see {@link Operation}. */
  custom(inputs: readonly Tensor[], results: readonly Result[], kernel: CustomKernel): readonly Tensor[] {
    const items = kernel.items ?? (results[0]?.shape ?? []).reduce((size, length) => size * length, 1)
    const { body, helpers = "", inBlocks } = kernel
    return this.#append({ kind: "custom", body, helpers, items, inBlocks }, inputs, results, kernel.varies)
  }

  #append(
    operation: OperationOf<Operation["kind"]>,
    inputs: readonly Tensor[],
    results: readonly Result[],
    varies = false,
  ): readonly Tensor[] {
    const outputs: Tensor[] = []
    this.varies ||= varies
    const made = {
      ...operation,
      inputs,
      outputs,
      isConstant: !varies && inputs.every(isConstant),
    } as Operation
    const origin = { kind: "operation", operation: made } as const
    for (const { type, shape } of results) outputs.push(makeTensor(type, shape, origin))
    this.operations.push(made)
    return outputs
  }
}
