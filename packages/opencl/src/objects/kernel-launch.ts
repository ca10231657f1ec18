import { NULL } from "../native/fixed-memory.js"
import type { KernelHandle } from "../native/handles.js"
import type { Device } from "./device.js"
import { checkInteger, Sizes } from "./numbers.js"
import type { Program } from "./program.js"
import { sizeLimits, type WorkGroupLimits } from "./work-group.js"

/** Work items along one, two or three dimensions. */
export type WorkSize = number | readonly number[]

interface Limits extends Pick<WorkGroupLimits, "largest" | "required"> {
  readonly largestSides: readonly number[]
  /** Whether the global size has to be a multiple of the local one; undefined when only the driver knows. */
  readonly mustDivide: boolean | undefined
}

/**
 * The sizes of a kernel's launch, checked, in the memory that C is given: one for each kernel, used again and again, so
 * that a launch allocates nothing.
 */
export class KernelLaunch {
  dimensions = 1
  /** global_work_size */
  readonly global: bigint
  /** local_work_size */
  local = NULL
  /** global_work_offset */
  offset = NULL
  readonly #kernel: KernelHandle
  readonly #program: Program
  readonly #global = new Sizes()
  readonly #local = new Sizes()
  readonly #offset = new Sizes()
  readonly #limits = new Map<Device, Limits>()
  /** Of the launch before, which mostly was for the same device. */
  #device: Device | undefined
  #latest: Limits | undefined

  constructor(kernel: KernelHandle, program: Program) {
    this.#kernel = kernel
    this.#program = program
    this.global = this.#global.address
  }

  /** @throws RangeError for sizes that the kernel, the device or the program doesn't allow */
  size(device: Device, global: WorkSize, local: WorkSize | undefined, offset: WorkSize | undefined): void {
    this.dimensions = typeof global === "number" ? 1 : global.length
    if (this.dimensions < 1 || this.dimensions > 3) {
      throw new RangeError(`A kernel has one, two or three dimensions, not ${this.dimensions}.`)
    }
    for (let index = 0; index < this.dimensions; index += 1) {
      this.#global.set(index, checkInteger(side(global, index), "A global size", 1))
    }
    this.offset = offset === undefined ? NULL : this.#setOffset(offset)
    const limits = this.#limitsOn(device)
    if (limits.required !== undefined) checkRequired(limits.required, local, this.dimensions)
    this.local = local === undefined ? NULL : this.#setLocal(global, local, limits)
  }

  #setOffset(offset: WorkSize): bigint {
    this.#checkDimensions(offset, "offset")
    for (let index = 0; index < this.dimensions; index += 1) {
      this.#offset.set(index, checkInteger(side(offset, index), "An offset", 0))
    }
    return this.#offset.address
  }

  #setLocal(global: WorkSize, local: WorkSize, { largest, largestSides, mustDivide }: Limits): bigint {
    this.#checkDimensions(local, "local")
    let items = 1
    for (let index = 0; index < this.dimensions; index += 1) {
      const size = checkInteger(side(local, index), "A local size", 1, largestSides[index])
      if (mustDivide && side(global, index) % size !== 0) {
        throw new RangeError(
          `The global size ${side(global, index)} isn't a multiple of the local size ${size}: round it up, and let the kernel return for the items too many.`,
        )
      }
      this.#local.set(index, size)
      items *= size
    }
    if (items > largest) {
      throw new RangeError(`A group of ${items} work items is too large: this kernel's has at most ${largest} here.`)
    }
    return this.#local.address
  }

  #checkDimensions(size: WorkSize, name: string): void {
    const dimensions = typeof size === "number" ? 1 : size.length
    if (dimensions === this.dimensions) return
    throw new RangeError(`${name} has ${dimensions} dimensions, and the global size has ${this.dimensions}.`)
  }

  #limitsOn(device: Device): Limits {
    if (device !== this.#device) {
      this.#latest = this.#limits.get(device) ?? this.#readLimits(device)
      this.#device = device
    }
    return this.#latest as Limits
  }

  #readLimits(device: Device): Limits {
    const { largestWorkGroupSides: largestSides } = device
    const limits = { ...sizeLimits(this.#kernel, device), largestSides, mustDivide: this.#program.mustDivide(device) }
    this.#limits.set(device, limits)
    return limits
  }
}

function side(size: WorkSize, index: number): number {
  return typeof size === "number" ? size : (size[index] as number)
}

function checkRequired(required: readonly number[], local: WorkSize | undefined, dimensions: number): void {
  for (let index = 0; index < dimensions; index += 1) {
    if (local !== undefined && side(local, index) === required[index]) continue
    throw new RangeError(
      `The kernel's reqd_work_group_size is ${required.join(", ")}: pass it as local, not ${String(local)}.`,
    )
  }
}
