import { StrongroomError } from "@strongroom/core/backend"
import { customStep, type KernelBody } from "../codegen/custom.js"
import { elementwiseStep, type Operand, type Stage } from "../codegen/elementwise.js"
import type { Elementwise, Operation, View } from "../graph/operation.js"
import { broadcastStrides, contiguousStrides, sizeOf } from "../graph/shape.js"
import { byteLengthOf, isConstant, type Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import { copyRows } from "../kernels/copy.js"
import { type DeviceKernels, kernelsFor } from "../kernels/device-kernels.js"
import type { KernelCall } from "../kernels/kernel-call.js"
import type { KernelDevice } from "../kernels/kernel-device.js"
import { blockSize } from "../kernels/layout.js"
import { plainConvolution, plainMatMul, plainPool } from "../kernels/plain.js"
import { type Step, Storage } from "../launch.js"
import { operandsOf } from "./operand-access.js"
import type { Tuning } from "./tuning.js"

/** A step, and whether it is the same in every run. */
export interface LoweredStep extends Step {
  readonly isConstant: boolean
  /** What it writes. */
  readonly outputs: readonly Storage[]
}

/** Launches that compute a plan's results. */
export interface Planned {
  readonly steps: readonly LoweredStep[]
  /** Tensors that no step computes: inputs, weights, constants. */
  readonly sources: ReadonlyMap<Tensor, Storage>
  /** Bytes of which offsets within buffers are multiples. */
  readonly alignment: number
  /** Where a result lies, row-major. */
  plain(tensor: Tensor): Storage
}

/** Makes kernel launches of operations, and memory for what they compute. */
export class Lowering implements Planned {
  readonly steps: LoweredStep[] = []
  readonly sources = new Map<Tensor, Storage>()
  readonly device: KernelDevice
  /** Those of the device. */
  readonly kernels: DeviceKernels
  readonly alignment: number
  readonly #plain = new Map<Tensor, Storage>()
  readonly #blocked = new Map<Tensor, Storage>()

  /** Convolutions that are computed by Winograd's filtering. */
  readonly winograd: ReadonlySet<Operation>

  /** Which kernels are soonest. */
  readonly tuning: Tuning

  constructor(device: KernelDevice, alignment: number, winograd: ReadonlySet<Operation>, tuning: Tuning) {
    this.device = device
    this.kernels = kernelsFor(device)
    this.alignment = alignment
    this.winograd = winograd
    this.tuning = tuning
  }

  /** Where a tensor lies row-major; computed from where it lies otherwise, if need be. */
  plain(tensor: Tensor): Storage {
    const known = this.#plain.get(tensor)
    if (known !== undefined) return known
    const made = this.#makePlain(tensor)
    this.#plain.set(tensor, made)
    return made
  }

  #makePlain(tensor: Tensor): Storage {
    if (this.#blocked.has(tensor)) return this.#unblock(tensor)
    const { origin } = tensor
    if (origin.kind !== "operation") {
      const source = new Storage(byteLengthOf(tensor), "own")
      this.sources.set(tensor, source)
      return source
    }
    // Only views haven't been computed by the time that something reads them.
    const view = origin.operation as View
    const [input] = view.inputs as [Tensor]
    if (isAlias(view, tensor)) return this.plain(input)
    const output = this.storage(tensor)
    const expression = { kind: "operand", index: 0, type: tensor.type } as const
    const operand = this.operand(tensor, tensor.shape)
    this.add(
      elementwiseStep(
        this.kernels.elementwise,
        tensor.shape,
        [operand],
        [{ expression, operands: [{ operand: 0 }] }],
        output,
      ),
      output,
      isConstant(tensor),
    )
    return output
  }

  /** A plain tensor as an element-wise kernel over `shape` reads it, through views. */
  operand(tensor: Tensor, shape: readonly number[]): Operand {
    const added = shape.length - tensor.shape.length
    const { origin } = tensor
    const view = origin.kind === "operation" && origin.operation.kind === "view" ? origin.operation : undefined
    if (view === undefined || this.#plain.has(tensor) || isAlias(view, tensor)) {
      return {
        type: tensor.type,
        storage: this.plain(tensor),
        offset: 0,
        strides: broadcastStrides(tensor.shape, shape),
      }
    }
    const strides = shape.map((_, axis) =>
      axis < added || tensor.shape[axis - added] === 1 ? 0 : (view.strides[axis - added] as number),
    )
    return { type: tensor.type, storage: this.plain(view.inputs[0] as Tensor), offset: view.offset, strides }
  }

  /** Memory for a tensor that a step will write. */
  storage(tensor: Tensor, byteLength = byteLengthOf(tensor)): Storage {
    return new Storage(byteLength, isConstant(tensor) ? "own" : "arena")
  }

  setPlain(tensor: Tensor, storage: Storage): void {
    this.#plain.set(tensor, storage)
  }

  setBlocked(tensor: Tensor, storage: Storage): void {
    this.#blocked.set(tensor, storage)
  }

  blockedIfThere(tensor: Tensor): Storage | undefined {
    return this.#blocked.get(tensor)
  }

  /** Whether a step computes it, in either layout. */
  isThere(tensor: Tensor): boolean {
    return this.#plain.has(tensor) || this.#blocked.has(tensor)
  }

  /** Whether reading it row-major takes a step yet. */
  isOnlyBlocked(tensor: Tensor): boolean {
    return this.#blocked.has(tensor) && !this.#plain.has(tensor)
  }

  add(step: Step, output: Storage | readonly Storage[], isConstant: boolean): void {
    // Nothing to compute, which OpenCL before 2.1 refuses to be told.
    if (step.global.includes(0)) return
    checkInts([...step.arguments.filter((value) => typeof value === "number"), ...step.global])
    this.steps.push({ ...step, outputs: output instanceof Storage ? [output] : output, isConstant })
  }

  call(
    { source, buffers, integers, global, local }: KernelCall,
    storages: Readonly<Record<string, Storage>>,
    output: Storage | readonly Storage[],
    isConstant: boolean,
    more: readonly Storage[] = [],
  ): void {
    const given = buffers.map((name) => storages[name] as Storage)
    this.add({ source, arguments: [...given, ...integers, ...more], global, local }, output, isConstant)
  }

  /** An operation by itself, in the kernel that fits every type and shape. */
  plainOperation(operation: Operation): void {
    if (operation.kind === "concat") {
      this.#concat(operation)
      return
    }
    const body = plainBody(this.kernels, operation)
    const inputs = operation.inputs.map((tensor) => ({ tensor, storage: this.plain(tensor) }))
    const outputs = operation.outputs.map((tensor) => ({ tensor, storage: this.storage(tensor) }))
    for (const { tensor, storage } of outputs) this.setPlain(tensor, storage)
    this.add(
      customStep(body, inputs, outputs),
      outputs.map(({ storage }) => storage),
      operation.isConstant,
    )
  }

  /** Element-wise operations in one kernel. */
  plainElementwise(members: readonly Elementwise[], output: Tensor): void {
    const tensors = operandsOf(members, undefined)
    const operands = tensors.map((tensor) => this.operand(tensor, output.shape))
    const storage = this.storage(output)
    this.setPlain(output, storage)
    this.add(
      elementwiseStep(this.kernels.elementwise, output.shape, operands, stagesOf(members, tensors), storage),
      storage,
      isConstant(output),
    )
  }

  #concat(operation: Extract<Operation, { kind: "concat" }>): void {
    const [output] = operation.outputs as [Tensor]
    const storage = this.storage(output)
    this.setPlain(output, storage)
    const { axis, isConstant } = operation
    const inner = sizeOf(output.shape.slice(axis + 1))
    const rows = sizeOf(output.shape.slice(0, axis))
    const stride = (output.shape[axis] as number) * inner
    const { stored } = tensorTypes[output.type]
    let begin = 0
    for (const input of operation.inputs) {
      const width = (input.shape[axis] as number) * inner
      const call = copyRows(stored, rows, width, stride, begin)
      this.call(call, { input: this.plain(input), output: storage }, storage, isConstant)
      begin += width
    }
  }

  #unblock(tensor: Tensor): Storage {
    const from = this.#blocked.get(tensor) as Storage
    const [batch = 1, channels = 1, ...sizes] = tensor.shape
    const pixels = sizes.reduce((product, length) => product * length, 1)
    // A block of one pixel lies as its channels do.
    if (pixels === 1 && (batch === 1 || channels % blockSize === 0)) return from
    const storage = this.storage(tensor)
    this.call(
      this.kernels.toPlain({ batch, channels, pixels }),
      { input: from, output: storage },
      storage,
      isConstant(tensor),
    )
    return storage
  }
}

/**
 * Kernels take sizes as int, and what fast ones read may be larger than the model's own tensors.
 *
 * @throws StrongroomError `out-of-memory`
 */
function checkInts(values: readonly number[]): void {
  if (values.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31)) return
  throw new StrongroomError("out-of-memory", "A layer of the model is larger than the OpenCL engine's kernels count.")
}

/** Element-wise operations as a kernel's stages; operands are indices of `tensors`. */
export function stagesOf(members: readonly Elementwise[], tensors: readonly Tensor[]): readonly Stage[] {
  const madeBy = new Map(members.map(({ outputs }, index) => [outputs[0], index]))
  return members.map(({ expression, inputs }) => ({
    expression,
    operands: inputs.map((input) => {
      const stage = madeBy.get(input)
      return stage === undefined ? { operand: tensors.indexOf(input) } : { stage }
    }),
  }))
}

/** Whether a view's elements are its input's, in the same order. */
export function isAlias({ inputs, offset, strides }: View, { shape, size }: Tensor): boolean {
  if (offset !== 0 || size !== inputs[0]?.size) return false
  const contiguous = contiguousStrides(shape)
  return shape.every((length, axis) => length === 1 || strides[axis] === contiguous[axis])
}

function plainBody(kernels: DeviceKernels, operation: Operation): KernelBody {
  switch (operation.kind) {
    case "convolution":
      return plainConvolution(operation)
    case "matmul":
      return plainMatMul(operation)
    case "pool":
      return plainPool(operation)
    case "reduce":
      return kernels.reduce(operation)
    case "softmax":
      return kernels.softmax(operation)
    case "layer-norm":
      return kernels.layerNorm(operation)
    case "custom":
      return operation
    default:
      throw new Error(`${operation.kind} has a kernel of another kind.`)
  }
}
