import { createHash } from "node:crypto"
import type { DeviceBuffer, Kernel } from "@strongroom/opencl/objects"
import { allocate, allocateZeroed } from "../allocate.js"
import { bytesOf, type Elements } from "../graph/elements.js"
import type { Tensor } from "../graph/tensor.js"
import type { OnnxData } from "../onnx/model.js"
import type { Place } from "../place.js"
import { planArena } from "../plan/arena.js"
import type { LoweredStep, Lowering } from "../plan/lowering.js"
import { Storage } from "../plan/storage.js"
import type { Constants } from "./constants.js"
import type { SessionKernels } from "./kernels-of-session.js"
import type { Weights } from "./weights.js"

/** What plans of one session share. */
export interface Workshop {
  readonly place: Place
  readonly kernels: SessionKernels
  readonly constants: Constants
  readonly weights: Weights
}

/** Launches that are ready: memory is there, and arguments are set. */
export interface CompiledPlan {
  /** Where a root lies, or a source: an input is written there before each run. */
  bufferOf(tensor: Tensor): DeviceBuffer
  /** Enqueues everything. */
  launch(): void
  /** Launches of a run. */
  readonly launches: number
  release(): void
}

/**
 * Builds kernels, uploads the weights that are needed, computes once what is constant, and lays out memory.
 *
 * @param segments buffers of what earlier segments left on the device
 */
export async function compilePlan(
  workshop: Workshop,
  lowering: Lowering,
  roots: readonly Tensor[],
  segments: ReadonlyMap<Tensor, DeviceBuffer>,
): Promise<CompiledPlan> {
  const { place, constants, kernels } = workshop
  const { context, queue } = place
  const owned: { release(): void }[] = []
  const retained: string[] = []
  const release = () => {
    for (const one of owned.splice(0).reverse()) one.release()
    for (const key of retained.splice(0)) constants.release(key)
  }
  try {
    const rootStorages = new Map(roots.map((root) => [root, lowering.plain(root)]))
    const steps = lowering.steps.filter(({ isConstant }) => !isConstant)
    const read = new Set<Storage>([...storagesOf(steps), ...rootStorages.values()])
    const once = onceSteps(lowering, read, keysOf(lowering, workshop.weights), constants)
    await kernels.build([...once.steps, ...steps].map(({ source }) => source))

    const buffers = new Map<Storage, DeviceBuffer>()
    const own = (storage: Storage, buffer: DeviceBuffer) => {
      owned.push(buffer)
      buffers.set(storage, buffer)
    }
    const uploads = new Map<OnnxData, DeviceBuffer>()
    const used = new Set<Storage>([...read, ...storagesOf(once.steps)])
    for (const [tensor, storage] of lowering.sources) {
      const segment = segments.get(tensor)
      if (segment !== undefined) buffers.set(storage, segment)
      else if (tensor.origin.kind === "input") own(storage, allocate(context, padded(storage.byteLength)))
    }
    // What is constant, and not there yet.
    const borrow = (storage: Storage, key: string) => {
      const known = constants.get(key)
      if (known !== undefined) constants.retain(key)
      else if (once.sources.has(storage)) constants.put(key, allocate(context, padded(storage.byteLength)))
      else constants.put(key, allocateZeroed(place, padded(storage.byteLength)))
      retained.push(key)
      buffers.set(storage, constants.get(key) as DeviceBuffer)
      return known === undefined
    }
    for (const [storage, key] of once.keys) {
      if (!used.has(storage) || buffers.has(storage)) continue
      const isNew = borrow(storage, key)
      const tensor = once.sources.get(storage)
      if (!isNew || tensor === undefined || storage.byteLength === 0) continue
      if (tensor.origin.kind === "elements") {
        ;(buffers.get(storage) as DeviceBuffer).writeSync(queue, bytesOf(tensor.type, knownElements(tensor)))
      } else if (tensor.origin.kind === "weight") uploads.set(tensor.origin.data, buffers.get(storage) as DeviceBuffer)
    }
    await workshop.weights.upload(queue, uploads)
    for (const step of once.steps) {
      const kernel = prepared(kernels.kernel(step.source), step, buffers)
      kernel.enqueue(queue, step.global, { local: step.local })
      kernel.release()
    }
    if (once.steps.length > 0) queue.finishSync()
    // What only the constant part has read goes; one that nothing reads was never held, whoever has the same key.
    for (const [storage, key] of once.keys) {
      if (read.has(storage) || !buffers.has(storage)) continue
      retained.splice(retained.indexOf(key), 1)
      constants.release(key)
    }

    const arena = planArena(steps, new Set(rootStorages.values()), lowering.alignment)
    if (arena.byteLength > 0) {
      const memory = allocateZeroed(place, arena.byteLength + slack)
      owned.push(memory)
      for (const [storage, offset] of arena.offsets) {
        own(storage, memory.subBuffer({ offset, byteLength: Math.max(slack, storage.byteLength) }))
      }
    }
    for (const storage of rootStorages.values()) {
      // A result without elements, which no step writes.
      if (!buffers.has(storage)) own(storage, allocate(context, 1))
    }
    const launches = steps.map((step) => {
      const kernel = prepared(kernels.kernel(step.source), step, buffers)
      owned.push(kernel)
      return { kernel, global: step.global, options: { local: step.local } }
    })
    return {
      bufferOf(tensor) {
        const storage = rootStorages.get(tensor) ?? lowering.sources.get(tensor)
        return buffers.get(storage as Storage) as DeviceBuffer
      },
      launch() {
        for (const { kernel, global, options } of launches) kernel.enqueue(queue, global, options)
      },
      launches: launches.length,
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}

/** Vectors of 64 bytes are read whole, also where the last has fewer elements. */
const slack = 64
const padded = (byteLength: number) => Math.ceil(byteLength / slack) * slack + slack

function storagesOf(steps: readonly LoweredStep[]): readonly Storage[] {
  return steps.flatMap((step) => step.arguments.filter((value): value is Storage => value instanceof Storage))
}

function prepared(kernel: Kernel, step: LoweredStep, buffers: ReadonlyMap<Storage, DeviceBuffer>): Kernel {
  const values = step.arguments.map((value) =>
    value instanceof Storage ? (buffers.get(value) as DeviceBuffer) : Int32Array.of(value),
  )
  return kernel.setArguments(...values)
}

interface Once {
  /** Constant steps whose results are needed and aren't there. */
  readonly steps: readonly LoweredStep[]
  readonly keys: ReadonlyMap<Storage, string>
  readonly sources: ReadonlyMap<Storage, Tensor>
}

function onceSteps(
  { steps, sources }: Lowering,
  read: ReadonlySet<Storage>,
  keys: ReadonlyMap<Storage, string>,
  constants: Constants,
): Once {
  const needed = new Set(read)
  const kept: LoweredStep[] = []
  for (const step of [...steps].reverse()) {
    if (!step.isConstant || !step.outputs.some((output) => needed.has(output))) continue
    if (step.outputs.every((output) => constants.get(keys.get(output) as string) !== undefined)) continue
    kept.push(step)
    for (const storage of storagesOf([step])) needed.add(storage)
  }
  return { steps: kept.reverse(), keys, sources: new Map([...sources].map(([tensor, storage]) => [storage, tensor])) }
}

/** A key for every constant storage: of what it is computed by, from what. */
function keysOf({ steps, sources }: Lowering, weights: Weights): ReadonlyMap<Storage, string> {
  const keys = new Map<Storage, string>()
  for (const [tensor, storage] of sources) {
    if (tensor.origin.kind === "elements")
      keys.set(storage, digest([tensor.type, ...knownElements(tensor).map(String)]))
    else if (tensor.origin.kind === "weight") keys.set(storage, weights.keyOf(tensor.origin.data))
  }
  for (const { isConstant, source, arguments: values, global, outputs } of steps) {
    if (!isConstant) continue
    // An output has a key already where an earlier step has written to it.
    const inputs = values.map((value) => (value instanceof Storage ? (keys.get(value) ?? "") : String(value)))
    const key = digest([source, ...inputs, ...global.map(String)])
    for (const [index, output] of outputs.entries()) keys.set(output, `${key} ${index}`)
  }
  return keys
}

const knownElements = ({ elements }: Tensor) => elements as Elements

function digest(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("base64")
}
