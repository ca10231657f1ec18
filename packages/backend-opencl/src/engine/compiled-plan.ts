import type { DeviceBuffer } from "@strongroom/opencl/objects"
import type { Tensor } from "../graph/tensor.js"
import type { Storage } from "../launch.js"
import { planArena } from "../plan/arena.js"
import type { Planned } from "../plan/lowering.js"
import { computeConstants, constantKeys, constantSteps } from "./constant-part.js"
import { padded, prepared, slack, storagesOf } from "./prepared-step.js"
import type { Workshop } from "./workshop.js"

/** Launches that are ready: memory is there, and arguments are set. */
export interface CompiledPlan {
  /** Where a root lies, or a source: an input is written there before each run. */
  bufferOf(tensor: Tensor): DeviceBuffer
  /** Enqueues everything. */
  launch(): void
  /** Launches of a run. */
  readonly launches: number
  /** Memory that what a run computes on the way lies in. */
  readonly activationBytes: number
  release(): void
}

/**
 * Builds kernels, uploads the weights that are needed, computes once what is constant, and lays out memory.
 *
 * @param segments buffers of what earlier segments left on the device
 */
export async function compilePlan(
  workshop: Workshop,
  planned: Planned,
  roots: readonly Tensor[],
  segments: ReadonlyMap<Tensor, DeviceBuffer>,
): Promise<CompiledPlan> {
  const { place, memory, kernels } = workshop
  const { queue } = place
  const owned: { release(): void }[] = []
  const release = () => {
    for (const one of owned.splice(0).reverse()) one.release()
  }
  try {
    const rootStorages = new Map(roots.map((root) => [root, planned.plain(root)]))
    const steps = planned.steps.filter(({ isConstant }) => !isConstant)
    const read = new Set<Storage>([...steps.flatMap(storagesOf), ...rootStorages.values()])
    const keys = constantKeys(planned, workshop)
    const once = constantSteps(planned, read, keys)
    await kernels.build([...once, ...steps].map(({ source }) => source))
    const constantPart = await computeConstants(workshop, planned, once, read, keys)
    owned.push(constantPart)

    const buffers = new Map<Storage, DeviceBuffer>(constantPart.buffers)
    const allocate = (byteLength: number, content?: "zeros") => {
      const buffer = memory.allocate(byteLength, content)
      owned.push({ release: () => memory.release(buffer) })
      return buffer
    }
    for (const [tensor, storage] of planned.sources) {
      const segment = segments.get(tensor)
      if (segment !== undefined) buffers.set(storage, segment)
      else if (tensor.origin.kind === "input") buffers.set(storage, allocate(padded(storage.byteLength)))
    }
    const arena = planArena(steps, new Set(rootStorages.values()), planned.alignment)
    if (arena.byteLength > 0) {
      const whole = allocate(arena.byteLength + slack, "zeros")
      for (const [storage, offset] of arena.offsets) {
        const part = whole.subBuffer({ offset, byteLength: Math.max(slack, storage.byteLength) })
        owned.push(part)
        buffers.set(storage, part)
      }
    }
    for (const storage of rootStorages.values()) {
      // A result without elements, which no step writes.
      if (!buffers.has(storage)) buffers.set(storage, allocate(1))
    }
    const launches = steps.map((step) => {
      const kernel = prepared(kernels.kernel(step.source), step, buffers)
      owned.push(kernel)
      return { kernel, global: step.global, options: { local: step.local } }
    })
    return {
      bufferOf(tensor) {
        const storage = rootStorages.get(tensor) ?? planned.sources.get(tensor)
        return buffers.get(storage as Storage) as DeviceBuffer
      },
      launch() {
        for (const { kernel, global, options } of launches) kernel.enqueue(queue, global, options)
      },
      launches: launches.length,
      activationBytes: arena.byteLength,
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}
