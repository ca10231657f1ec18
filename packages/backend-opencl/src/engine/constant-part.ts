import { createHash } from "node:crypto"
import type { DeviceBuffer } from "@strongroom/opencl/objects"
import { bytesOf, type Elements } from "../graph/elements.js"
import type { Tensor } from "../graph/tensor.js"
import { Storage } from "../launch.js"
import type { OnnxData } from "../onnx/model.js"
import type { LoweredStep, Planned } from "../plan/lowering.js"
import { padded, prepared, storagesOf } from "./prepared-step.js"
import { schedule } from "./schedule.js"
import type { Weights } from "./weights.js"
import type { Workshop } from "./workshop.js"

/** What of a plan is the same in every run, computed. */
export interface ConstantPart {
  /** Of the storages that were asked for. */
  readonly buffers: ReadonlyMap<Storage, DeviceBuffer>
  release(): void
}

/** Constant steps whose results are needed and aren't there yet. */
export function constantSteps(
  { steps }: Planned,
  read: ReadonlySet<Storage>,
  keys: ConstantKeys,
): readonly LoweredStep[] {
  const needed = new Set(read)
  const kept: LoweredStep[] = []
  for (const step of [...steps].reverse()) {
    if (!step.isConstant || !step.outputs.some((output) => needed.has(output))) continue
    if (step.outputs.every((output) => keys.isThere(output))) continue
    kept.push(step)
    for (const storage of storagesOf(step)) needed.add(storage)
  }
  return kept.reverse()
}

/**
 * Uploads weights, and runs each step as soon as what it reads is there; what no other needs goes at once. So the device
 * holds a weight as the model has it only until it is packed.
 *
 * @param steps those of {@link constantSteps}
 * @param read what is asked for
 */
export async function computeConstants(
  workshop: Workshop,
  { sources }: Planned,
  steps: readonly LoweredStep[],
  read: ReadonlySet<Storage>,
  keys: ConstantKeys,
): Promise<ConstantPart> {
  const { place, memory, constants, kernels } = workshop
  const { queue, uploads } = place
  const buffers = new Map<Storage, DeviceBuffer>()
  const users = countOf(steps, storagesOf)
  const writers = countOf(steps, ({ outputs }) => outputs)
  const wanted = new Set([...read, ...users.keys()].filter((storage) => keys.has(storage)))

  function bufferOf(storage: Storage): DeviceBuffer {
    const known = buffers.get(storage)
    if (known !== undefined) return known
    const key = keys.of(storage)
    if (constants.get(key) !== undefined) constants.retain(key)
    // What kernels leave out has nothing of what lay there before.
    else if (writers.has(storage)) constants.put(key, memory.allocate(padded(storage.byteLength), "zeros"))
    else constants.put(key, memory.allocate(padded(storage.byteLength)))
    const buffer = constants.get(key) as DeviceBuffer
    buffers.set(storage, buffer)
    return buffer
  }

  /** One user less; what has none, and isn't asked for, goes. */
  function letGo(storage: Storage): void {
    const left = (users.get(storage) as number) - 1
    users.set(storage, left)
    if (left > 0 || read.has(storage)) return
    buffers.delete(storage)
    constants.release(keys.of(storage))
  }

  function run(step: LoweredStep): void {
    const storages = storagesOf(step)
    for (const storage of storages) bufferOf(storage)
    const kernel = prepared(kernels.kernel(step.source), step, buffers)
    kernel.enqueue(queue, step.global, { local: step.local })
    kernel.release()
    for (const storage of storages) letGo(storage)
  }

  const release = () => {
    for (const storage of buffers.keys()) constants.release(keys.of(storage))
    buffers.clear()
  }
  try {
    for (const storage of wanted) if (keys.isThere(storage)) bufferOf(storage)
    const weights = new Map<OnnxData, Storage>()
    for (const [tensor, storage] of sources) {
      if (!wanted.has(storage) || buffers.has(storage) || tensor.size === 0) continue
      if (tensor.origin.kind === "weight") weights.set(tensor.origin.data, storage)
      else bufferOf(storage).writeSync(uploads, bytesOf(tensor.type, knownElements(tensor)))
    }
    const storageOf = (data: OnnxData) => weights.get(data) as Storage
    const { start, arrived } = schedule(steps, new Set(weights.values()), run)
    // Another queue needn't see what was written before it is told that this one is done (OpenCL 1.2, appendix A.1): Intel's
    // runtime for CPUs packed what wasn't there yet.
    uploads.finishSync()
    start()
    await workshop.weights.upload(
      uploads,
      [...weights.keys()],
      (data) => bufferOf(storageOf(data)),
      (data) => arrived(storageOf(data)),
    )
    // Those without elements, which no step writes.
    for (const storage of read) if (keys.has(storage)) bufferOf(storage)
    if (steps.length > 0) queue.finishSync()
    return { buffers, release }
  } catch (error) {
    release()
    throw error
  }
}

/** Names for constant storages: of what each is computed by, and from what. */
export interface ConstantKeys {
  has(storage: Storage): boolean
  of(storage: Storage): string
  isThere(storage: Storage): boolean
}

export function constantKeys({ steps, sources }: Planned, { weights, constants }: Workshop): ConstantKeys {
  const keys = new Map<Storage, string>()
  for (const [tensor, storage] of sources) {
    const key = sourceKey(tensor, weights)
    if (key !== undefined) keys.set(storage, key)
  }
  for (const { isConstant, source, arguments: values, global, outputs } of steps) {
    if (!isConstant) continue
    // An output has a key already where an earlier step has written to it.
    const inputs = values.map((value) => {
      if (!(value instanceof Storage)) return String(value)
      const known = keys.get(value)
      if (known === undefined && !outputs.includes(value)) throw new Error("A constant is computed of what isn't one.")
      return known ?? ""
    })
    const key = digest([source, ...inputs, ...global.map(String)])
    for (const [index, output] of outputs.entries()) keys.set(output, `${key} ${index}`)
  }
  return {
    has: (storage) => keys.has(storage),
    of: (storage) => keys.get(storage) as string,
    isThere: (storage) => constants.get(keys.get(storage) ?? "") !== undefined,
  }
}

function sourceKey(tensor: Tensor, weights: Weights): string | undefined {
  if (tensor.origin.kind === "weight") return weights.keyOf(tensor.origin.data)
  if (tensor.origin.kind !== "elements") return undefined
  return createHash("sha256")
    .update(tensor.type)
    .update(bytesOf(tensor.type, knownElements(tensor)))
    .digest("base64")
}

const knownElements = ({ elements }: Tensor) => elements as Elements

function digest(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("base64")
}

/** How many steps each storage is one of. */
function countOf(steps: readonly LoweredStep[], of: (step: LoweredStep) => readonly Storage[]): Map<Storage, number> {
  const counts = new Map<Storage, number>()
  for (const storage of steps.flatMap(of)) counts.set(storage, (counts.get(storage) ?? 0) + 1)
  return counts
}
