import type { RawTensor } from "@strongroom/core/backend"
import type { DeviceBuffer } from "@strongroom/opencl/objects"
import { bytesOf, type Elements, elementsOf } from "../graph/elements.js"
import { byteLengthOf, type Origin, type Tensor } from "../graph/tensor.js"
import type { Place } from "../place.js"
import type { CompiledPlan } from "./compiled-plan.js"
import type { PlanRecord } from "./plan-record.js"

export type Inputs = Readonly<Record<string, RawTensor>>

/** A result: its type and shape, and the bytes of the latest run. */
export interface TraceOutput {
  readonly tensor: Tensor
  read(into: Uint8Array): void
}

/**
 * A model made ready for inputs of certain shapes. Where shapes depend on data, it is made of segments: what decides them
 * is computed and read back, and the rest is planned for what was found.
 */
export interface Trace {
  readonly outputs: ReadonlyMap<string, TraceOutput>
  /** What the same can be made of without the model; none where data, or chance, decided something. */
  readonly record: PlanRecord | undefined
  /** Computes the outputs. False when what decides shapes is other than it was: the model has to be traced anew. */
  run(inputs: Inputs): boolean
  /** Kernels that the latest run has launched. */
  readonly launches: number
  /** Memory that what a run computes on the way lies in. */
  readonly activationBytes: number
  release(): void
}

/** Elements that shapes were made by. */
interface Guard {
  readonly tensor: Tensor
  readonly elements: Elements
}

interface Segment {
  readonly plan: CompiledPlan
  readonly guards: readonly Guard[]
}

/** Segments of one trace, which run one after the other. */
export class RunningTrace {
  /** What segments have left on the device. */
  readonly buffers = new Map<Tensor, DeviceBuffer>()
  /** Of the run that is traced, or the latest; undefined before there is one. */
  given: Inputs | undefined
  readonly #place: Place
  readonly #inputs: ReadonlyMap<string, Tensor>
  readonly #segments: Segment[] = []
  readonly #inputGuards: Guard[] = []
  #launches = 0

  /** @param given what the first run computes with, where it is there while the segments are added */
  constructor(place: Place, inputs: ReadonlyMap<string, Tensor>, given?: Inputs) {
    this.#place = place
    this.#inputs = inputs
    this.given = given
  }

  get segments(): number {
    return this.#segments.length
  }

  /** Whether nothing that is in the inputs has decided anything. */
  get isWhole(): boolean {
    return this.#segments.length === 1 && this.#inputGuards.length === 0
  }

  /** Takes a segment over. */
  add(plan: CompiledPlan): void {
    this.#segments.push({ plan, guards: [] })
  }

  /** Runs a segment, for `inputs`. */
  start(plan: CompiledPlan, inputs: Inputs): void {
    for (const [name, tensor] of this.#inputs) {
      const buffer = plan.bufferOf(tensor)
      const bytes = inputs[name]?.data as Uint8Array
      if (buffer !== undefined && bytes.length > 0) buffer.writeSync(this.#place.queue, bytes)
    }
    plan.launch()
    this.#launches += plan.launches
  }

  /** An input's elements, which from then on must be the same in every run. */
  guardInput(tensor: Tensor, inputs: Inputs): Elements {
    const elements = inputElements(tensor, inputs)
    this.#inputGuards.push({ tensor, elements })
    return elements
  }

  /** The same for what the latest segment, or one before, has computed. */
  guardComputed(tensor: Tensor): Elements {
    const elements = this.#readBack(tensor)
    const last = this.#segments.pop() as Segment
    this.#segments.push({ ...last, guards: [...last.guards, { tensor, elements }] })
    return elements
  }

  /** @param plan the last segment, which has what others haven't left */
  made(outputs: ReadonlyMap<string, Tensor>, plan: CompiledPlan, record: PlanRecord | undefined): Trace {
    const launches = () => this.#launches
    const bufferOf = (tensor: Tensor) => this.buffers.get(tensor) ?? plan.bufferOf(tensor)
    return {
      outputs: new Map([...outputs].map(([name, tensor]) => [name, this.#output(tensor, bufferOf)])),
      record,
      get launches() {
        return launches()
      },
      activationBytes: this.#segments.reduce((sum, { plan }) => sum + plan.activationBytes, 0),
      run: (inputs) => this.#again(inputs),
      release: () => this.release(),
    }
  }

  release(): void {
    for (const { plan } of this.#segments.splice(0)) plan.release()
  }

  #output(tensor: Tensor, bufferOf: (tensor: Tensor) => DeviceBuffer): TraceOutput {
    return {
      tensor,
      read: (into) => {
        if (into.length === 0) return
        if (tensor.origin.kind === "elements") into.set(bytesOf(tensor.type, tensor.elements as Elements))
        else bufferOf(tensor).readSync(this.#place.queue, into)
      },
    }
  }

  #again(inputs: Inputs): boolean {
    this.given = inputs
    this.#launches = 0
    for (const { tensor, elements } of this.#inputGuards) {
      if (!sameElements(elements, inputElements(tensor, inputs))) return false
    }
    for (const { plan, guards } of this.#segments) {
      this.start(plan, inputs)
      for (const { tensor, elements } of guards) {
        if (!sameElements(elements, this.#readBack(tensor))) return false
      }
    }
    return true
  }

  #readBack(tensor: Tensor): Elements {
    const bytes = new Uint8Array(byteLengthOf(tensor))
    if (bytes.length > 0) (this.buffers.get(tensor) as DeviceBuffer).readSync(this.#place.queue, bytes)
    return elementsOf(tensor.type, bytes)
  }
}

function inputElements({ type, origin }: Tensor, inputs: Inputs): Elements {
  return elementsOf(type, inputs[(origin as Extract<Origin, { kind: "input" }>).name]?.data as Uint8Array)
}

const sameElements = (a: Elements, b: Elements) =>
  a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
