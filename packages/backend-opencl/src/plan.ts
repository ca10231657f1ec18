import { type RawTensor, StrongroomError } from "@strongroom/core/backend"
import {
  type ArgumentValue,
  type DeviceBuffer,
  type Kernel,
  local,
  OpenCLError,
  type Program,
} from "@strongroom/opencl/objects"
import { broken } from "./bundle/broken.js"
import type { Launch, LaunchArgument } from "./bundle/description.js"
import type { Known } from "./bundle/size.js"
import { partsOf, type ValueType, valuesOf } from "./bundle/value-type.js"
import { withCode } from "./failure.js"
import type { LoadedBundle, Place } from "./load.js"

/** A bundle made ready for inputs of certain shapes: memory is there, and arguments are set. */
export interface Plan {
  readonly inputs: ReadonlyMap<string, DeviceBuffer>
  readonly outputs: ReadonlyMap<string, PlannedOutput>
  readonly launches: readonly PlannedLaunch[]
  release(): void
}

export interface PlannedOutput {
  readonly shape: readonly number[]
  readonly byteLength: number
  readonly buffer: DeviceBuffer
}

export interface PlannedLaunch {
  readonly kernel: Kernel
  readonly global: readonly number[]
  readonly local: readonly number[] | undefined
}

/** What a plan is made for. */
export interface Shapes {
  /** By input. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly byteLengths: Readonly<Record<string, number>>
  /** Sizes that the inputs' shapes name. */
  readonly names: ReadonlyMap<string, number>
}

/** @throws StrongroomError `backend-failed` for sizes that don't come out, `out-of-memory` */
export function makePlan(
  { context, queue }: Place,
  bundle: LoadedBundle,
  shapes: Shapes,
  outputByteLength: (name: string, shape: readonly number[]) => number,
): Plan {
  const { description, programs, constants } = bundle
  const known: Known = { inputs: shapes.inputs, sizes: new Map(shapes.names) }
  for (const [name, size] of description.sizes) known.sizes.set(name, size(known))
  if (description.equal.some(([first, second]) => first(known) !== second(known))) {
    throw new StrongroomError(
      "backend-failed",
      "The inputs' shapes don't fit together: the bundle demands equal sizes.",
    )
  }
  const owned: { release(): void }[] = []
  const release = () => {
    for (const one of owned.splice(0).reverse()) one.release()
  }
  const allocate = (byteLength: number) => {
    try {
      // OpenCL has no buffers without bytes.
      const buffer = context.createBuffer(Math.max(1, byteLength))
      owned.push(buffer)
      // On a CPU it is memory of this process: what lay there isn't for kernels that leave out an element.
      buffer.enqueueFill(queue, Uint8Array.of(0))
      return buffer
    } catch (error) {
      throw withCode(error, byteLength)
    }
  }
  try {
    const inputs = new Map(Object.entries(shapes.byteLengths).map(([name, bytes]) => [name, allocate(bytes)]))
    const outputs = new Map<string, PlannedOutput>()
    for (const [name, sizes] of description.outputs) {
      const shape = sizes.map((size) => size(known))
      const byteLength = outputByteLength(name, shape)
      outputs.set(name, { shape, byteLength, buffer: allocate(byteLength) })
    }
    const memories = new Map<string, DeviceBuffer>([...inputs, ...constants])
    for (const [name, { buffer }] of outputs) memories.set(name, buffer)
    for (const [name, buffer] of description.buffers) {
      if ("byteLength" in buffer) memories.set(name, allocate(buffer.byteLength(known)))
    }
    const launches = description.launches.flatMap((launch) => {
      const global = launch.global.map((size) => size(known))
      // Nothing to compute, which OpenCL before 2.1 refuses to be told.
      if (global.includes(0)) return []
      const kernel = kernelOf(programs.get(launch.program) as Program, launch)
      owned.push(kernel)
      setArguments(kernel, launch, known, memories)
      return [{ kernel, global, local: launch.local?.map((size) => size(known)) }]
    })
    return { inputs, outputs, launches, release }
  } catch (error) {
    release()
    throw error
  }
}

function kernelOf(program: Program, { kernel, place }: Launch): Kernel {
  try {
    return program.createKernel(kernel)
  } catch (error) {
    if (!OpenCLError.is(error) || error.code !== "INVALID_KERNEL_NAME") throw error
    throw broken(`${place}.kernel`, "the program has no such kernel")
  }
}

function setArguments(kernel: Kernel, launch: Launch, known: Known, memories: ReadonlyMap<string, DeviceBuffer>): void {
  if (launch.arguments.length !== kernel.argumentCount) {
    const problem = `the kernel takes ${kernel.argumentCount} arguments, and ${launch.arguments.length} are there`
    throw broken(`${launch.place}.arguments`, problem)
  }
  for (const [index, argument] of launch.arguments.entries()) {
    const place = `${launch.place}.arguments[${index}]`
    const value = argumentValue(argument, known, memories, place)
    const expects = kernel.arguments?.[index]?.expects
    try {
      // Programs from binaries don't tell what their kernels take; from source, this one did.
      if ("type" in argument && expects?.kind === "number") checkType(argument.type, expects)
      kernel.setArgument(index, value)
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError || OpenCLError.is(error))) throw error
      throw broken(place, "the kernel takes something else there")
    }
  }
}

function checkType(type: ValueType, { scalar, lanes }: { readonly scalar: string; readonly lanes: number }): void {
  const given = partsOf(type)
  if (given.scalar !== scalar || given.lanes !== lanes) throw new TypeError("Another type.")
}

function argumentValue(
  argument: LaunchArgument,
  known: Known,
  memories: ReadonlyMap<string, DeviceBuffer>,
  place: string,
): ArgumentValue {
  if ("memory" in argument) return memories.get(argument.memory) as DeviceBuffer
  if ("local" in argument) {
    const byteLength = argument.local(known)
    if (byteLength === 0) throw broken(place, "local memory has at least one byte")
    return local(byteLength)
  }
  const values = argument.values.map((value) => (typeof value === "number" ? value : value(known)))
  return valuesOf(argument.type, values, place)
}

/** The sizes that the shapes of inputs name; a name has one size in a run. @throws StrongroomError `input-shape` */
export function namedSizes(
  specs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
  inputs: Readonly<Record<string, RawTensor>>,
): Map<string, number> {
  const names = new Map<string, number>()
  for (const { name, shape } of specs) {
    for (const [index, size] of shape.entries()) {
      if (typeof size !== "string" || size === "?") continue
      const found = inputs[name]?.shape[index] as number
      if ((names.get(size) ?? found) !== found) {
        throw new StrongroomError(
          "input-shape",
          `The inputs have different sizes for ${size}: ${names.get(size)} and ${found}.`,
        )
      }
      names.set(size, found)
    }
  }
  return names
}
