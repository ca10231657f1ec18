import { readInfo } from "../info/index.js"
import { check, made } from "../native/check.js"
import * as CL from "../native/constants/index.js"
import { FixedMemory, NULL } from "../native/fixed-memory.js"
import type { KernelHandle } from "../native/handles.js"
import { cString } from "../native/memory.js"
import { opencl } from "../native/opencl.js"
import {
  type ArgumentObject,
  type ArgumentValue,
  bytesOfValue,
  checkKind,
  isArgumentObject,
  scratchMemory,
  writeNumber,
} from "./argument-value.js"
import type { Asked, CommandOptions } from "./command-options.js"
import type { Device } from "./device.js"
import { describeArguments, type KernelArgument } from "./kernel-argument.js"
import { KernelLaunch, type WorkSize } from "./kernel-launch.js"
import { LocalMemory } from "./local-memory.js"
import { handleIn, NativeObject, ownedOf } from "./native-object.js"
import type { Program } from "./program.js"
import { callOn, type Queue } from "./queue.js"
import { noteUse, SharedMemory } from "./shared-memory.js"
import { type SubGroups, subGroupsOf, type WorkGroupLimits, workGroupLimits } from "./work-group.js"

export interface LaunchOptions extends CommandOptions {
  /** Work items of a group, one number for each dimension. Default: the driver chooses. */
  readonly local?: WorkSize
  /** Where the global ids begin, one number for each dimension. Default 0. */
  readonly offset?: WorkSize
}

/** A value that needn't live on until the kernel runs: the driver has a copy. */
const copied = Symbol("copied")

/** How many recorded launches there are of a kernel, whose arguments stay as they are meanwhile. */
export interface Recordings {
  count: number
}

/** A kernel as a command buffer needs it. */
export let recordable: (
  kernel: Kernel,
  queue: Queue,
) => {
  readonly launch: KernelLaunch
  readonly recordings: Recordings
  handle(): KernelHandle
  /** @throws TypeError for an argument that isn't set, or was released */
  check(): void
  /** What the queue uses from now on. */
  noteUses(): void
}

/** A function of a program that a queue can run. */
export class Kernel extends NativeObject<KernelHandle> {
  readonly name: string
  readonly program: Program
  /** What the compiler knows of the arguments; undefined for programs from binaries. */
  readonly arguments: readonly KernelArgument[] | undefined
  readonly argumentCount: number
  /** The objects that the arguments refer to. The driver keeps no reference to them, so this does. */
  readonly #set: (ArgumentObject | typeof copied | undefined)[]
  /** Those of them that are shared memory, by the argument's index. */
  readonly #shared = new Map<number, SharedMemory>()
  readonly #launch: KernelLaunch
  readonly #recordings: Recordings = { count: 0 }

  /** Use `program.createKernel()`. */
  constructor(program: Program, name: string) {
    const parent = ownedOf(program)
    const handle = made("clCreateKernel", (status) => opencl().clCreateKernel(parent.live(), cString(name), status))
    super("kernel", handle, (kernel) => opencl().clReleaseKernel(kernel), program)
    this.name = name
    this.program = program
    this.argumentCount = readInfo("uint", "clGetKernelInfo", (size, value, returned) =>
      opencl().clGetKernelInfo(handle, CL.KERNEL_NUM_ARGS, size, value, returned),
    )
    this.arguments = describeArguments(program, name, handle, this.argumentCount)
    this.#set = new Array(this.argumentCount).fill(undefined)
    this.#launch = new KernelLaunch(handle, program)
  }

  /**
   * Sets all arguments, in order. They stay until they are set again.
   *
   * @throws TypeError or RangeError for a value that doesn't fit its argument, before the driver sees it; TypeError where
   *   a command buffer has recorded the kernel
   */
  setArguments(...values: readonly ArgumentValue[]): this {
    if (values.length !== this.argumentCount) {
      throw new TypeError(`The kernel ${this.name} takes ${this.argumentCount} arguments, not ${values.length}.`)
    }
    for (let index = 0; index < values.length; index += 1) this.setArgument(index, values[index] as ArgumentValue)
    return this
  }

  /** Sets one argument. */
  setArgument(index: number, value: ArgumentValue): this {
    if (!(index >= 0 && index < this.argumentCount && Number.isInteger(index))) {
      throw new RangeError(`The kernel ${this.name} has ${this.argumentCount} arguments, and no number ${index}.`)
    }
    if (this.#recordings.count > 0) {
      throw new TypeError(
        `A command buffer has recorded the kernel ${this.name} with its arguments: make another kernel.`,
      )
    }
    try {
      this.#set[index] = this.#give(index, value)
      if (value instanceof SharedMemory) this.#shared.set(index, value)
      else if (this.#shared.size > 0) this.#shared.delete(index)
    } catch (error) {
      // Which argument it is, only this place knows; what is wrong with it, only the other one.
      if (error instanceof TypeError || error instanceof RangeError) {
        const kind = error instanceof TypeError ? TypeError : RangeError
        throw new kind(`${this.#called(index)}: ${error.message.replace(/\.$/, "")}.`, { cause: error })
      }
      throw error
    }
    return this
  }

  /**
   * Enqueues the kernel with the arguments that it has now.
   *
   * @param global work items, one number for each dimension
   * @throws TypeError for an argument that isn't set, or was released
   * @throws RangeError for sizes that the kernel, the device or the program doesn't allow
   */
  enqueue<Options extends LaunchOptions>(queue: Queue, global: WorkSize, options?: Options): Asked<Options> {
    const owned = ownedOf(this)
    const call = callOn(queue, owned.context, options)
    const handle = owned.live()
    this.#checkArguments()
    const launch = this.#launch
    launch.size(queue.device, global, options?.local, options?.offset)
    const event = call.end<Options>(
      opencl().clEnqueueNDRangeKernel(
        call.queue,
        handle,
        launch.dimensions,
        launch.offset,
        launch.global,
        launch.local,
        call.waitCount,
        call.waitList,
        call.eventOut,
      ),
      "clEnqueueNDRangeKernel",
    )
    this.#noteUses(queue)
    return event
  }

  #noteUses(queue: Queue): void {
    if (this.#shared.size > 0) for (const memory of this.#shared.values()) noteUse(memory, queue)
  }

  /** What bounds the kernel's work groups. @param device default: the first of the context */
  workGroup(device = this.program.context.devices[0] as Device): WorkGroupLimits {
    return workGroupLimits(ownedOf(this).live(), device)
  }

  /**
   * How a work group is divided.
   *
   * @param local work items of a group, one number for each dimension
   * @throws RangeError where the device has no sub-groups
   */
  subGroups(local: WorkSize, device = this.program.context.devices[0] as Device): SubGroups {
    const kernel = ownedOf(this).live()
    if (!device.hasSubGroups) throw new RangeError(`"${device.name}" has no sub-groups: see device.hasSubGroups.`)
    return subGroupsOf(kernel, device, typeof local === "number" ? [local] : local)
  }

  #checkArguments(): void {
    const set = this.#set
    for (let index = 0; index < set.length; index += 1) {
      const argument = set[index]
      if (argument === undefined) throw new TypeError(`${this.#called(index)} isn't set: call setArguments() first.`)
      if (argument !== copied && argument.released) {
        throw new TypeError(
          `${this.#called(index)} is a ${ownedOf(argument).kind} that has been released: set another.`,
        )
      }
    }
  }

  /** Passes a value to the driver, and gives what has to live as long as it is the argument. */
  #give(index: number, value: ArgumentValue): ArgumentObject | typeof copied {
    const owned = ownedOf(this)
    const kernel = owned.live()
    const expects = this.arguments?.[index]?.expects
    if (expects?.kind === "number") {
      const length = writeNumber(value, expects.scalar, expects.lanes)
      check(opencl().clSetKernelArg(kernel, index, length, scratchMemory.address), "clSetKernelArg")
      return copied
    }
    if (expects !== undefined) checkKind(value, expects)
    if (value instanceof LocalMemory) {
      check(opencl().clSetKernelArg(kernel, index, value.byteLength, NULL), "clSetKernelArg")
      return copied
    }
    if (isArgumentObject(value)) {
      const object = ownedOf(value)
      if (object.context !== owned.context) throw new TypeError(`this ${object.kind} belongs to another context`)
      if (value instanceof SharedMemory) {
        check(opencl().clSetKernelArgSVMPointer(kernel, index, object.live()), "clSetKernelArgSVMPointer")
      } else {
        handleOut.view[0] = object.live()
        check(opencl().clSetKernelArg(kernel, index, 8, handleOut.address), "clSetKernelArg")
      }
      return value
    }
    const bytes = bytesOfValue(value)
    check(opencl().clSetKernelArg(kernel, index, bytes.length, bytes), "clSetKernelArg")
    return copied
  }

  #called(index: number): string {
    const known = this.arguments?.[index]
    return `Argument ${index}${known ? ` (${known.type} ${known.name})` : ""} of the kernel ${this.name}`
  }

  static {
    recordable = (kernel, queue) => {
      const { context } = ownedOf(queue)
      handleIn(context, kernel, Kernel)
      return {
        launch: kernel.#launch,
        recordings: kernel.#recordings,
        handle: () => ownedOf(kernel).live(),
        check: () => kernel.#checkArguments(),
        noteUses: () => kernel.#noteUses(queue),
      }
    }
  }
}

const handleOut = new FixedMemory(new BigUint64Array(1))
