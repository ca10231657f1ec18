import { type ElementType, StrongroomError } from "@strongroom/core/backend"
import { tensorByteLength } from "@strongroom/core/host"
import type { DeviceBuffer, Kernel } from "@strongroom/opencl/objects"
import { allocateZeroed } from "../allocate.js"
import type { Place } from "../place.js"
import { broken } from "./broken.js"
import { kernelOf } from "./kernels.js"
import { setArguments } from "./launch-arguments.js"
import type { LoadedBundle } from "./load.js"
import type { Known } from "./size.js"

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
  /** Where it stands in the description, for errors. */
  readonly place: string
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
  place: Place,
  bundle: LoadedBundle,
  shapes: Shapes,
  types: ReadonlyMap<string, ElementType>,
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
  const own = <Made extends { release(): void }>(made: Made): Made => {
    owned.push(made)
    return made
  }
  const memory = (byteLength: number) => own(allocateZeroed(place, byteLength))
  try {
    const inputs = new Map(Object.entries(shapes.byteLengths).map(([name, bytes]) => [name, memory(bytes)]))
    const outputs = new Map<string, PlannedOutput>()
    for (const [name, sizes] of description.outputs) {
      const shape = sizes.map((size) => size(known))
      const byteLength = outputByteLength(types.get(name) as ElementType, shape)
      outputs.set(name, { shape, byteLength, buffer: memory(byteLength) })
    }
    const memories = new Map<string, DeviceBuffer>([...inputs, ...constants])
    for (const [name, { buffer }] of outputs) memories.set(name, buffer)
    for (const [name, buffer] of description.buffers) {
      if ("byteLength" in buffer) memories.set(name, memory(buffer.byteLength(known)))
    }
    const launches = description.launches.flatMap((launch) => {
      const global = launch.global.map((size) => size(known))
      // Nothing to compute, which OpenCL before 2.1 refuses to be told.
      if (global.includes(0)) return []
      const kernel = own(kernelOf(programs, launch))
      setArguments(kernel, launch, known, memories)
      return [{ kernel, global, local: launch.local?.map((size) => size(known)), place: launch.place }]
    })
    return { inputs, outputs, launches, release }
  } catch (error) {
    release()
    throw error
  }
}

function outputByteLength(type: ElementType, shape: readonly number[]): number {
  try {
    return tensorByteLength(type, shape)
  } catch {
    throw broken("outputs", "for these inputs one has more elements than a number counts exactly")
  }
}
