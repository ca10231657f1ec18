import { bytesOf, type Elements, elementsOf } from "../graph/elements.js"
import { makeTensor, type Origin, type Tensor } from "../graph/tensor.js"
import type { TensorType } from "../graph/tensor-type.js"
import { Storage } from "../launch.js"
import type { Planned } from "../plan/lowering.js"

/** A plan as JSON has it, with nothing of the model but where weights lie, and small constants. Numbers are places in lists. */
export interface PlanRecord {
  /** Kernels' texts, each once. */
  readonly texts: readonly string[]
  readonly storages: readonly StorageRecord[]
  readonly steps: readonly StepRecord[]
  readonly tensors: readonly TensorRecord[]
  /** Tensors that no step computes, and where they lie. */
  readonly sources: readonly Pair[]
  /** Tensors that steps compute for whoever asked, and where they lie. */
  readonly results: readonly Pair[]
  readonly inputs: readonly Named[]
  readonly outputs: readonly Named[]
  readonly alignment: number
}

interface StorageRecord {
  readonly byteLength: number
  readonly place: Storage["place"]
  /** What this is a part of, and where in it, in bytes. */
  readonly within?: readonly [storage: number, offset: number]
}

interface StepRecord {
  readonly text: number
  /** Integers are arguments themselves; a storage is a list of its number. */
  readonly arguments: readonly (number | readonly [storage: number])[]
  readonly global: readonly number[]
  readonly local: readonly number[]
  readonly outputs: readonly number[]
  readonly isConstant: boolean
}

interface TensorRecord {
  readonly type: TensorType
  readonly shape: readonly number[]
  readonly from:
    | { readonly input: string }
    | { readonly location: string; readonly offset: number; readonly byteLength: number }
    /** Its elements' bytes, in base64. */
    | { readonly bytes: string }
    | "steps"
}

type Pair = readonly [tensor: number, storage: number]
type Named = readonly [name: string, tensor: number]

/** What is planned, and what runs give to it and take from it. */
export interface WholePlan {
  readonly planned: Planned
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly outputs: ReadonlyMap<string, Tensor>
  /** Of the outputs those that aren't known before. */
  readonly roots: readonly Tensor[]
}

/** None where a weight has no place in a part of the model. */
export function recordOf({ planned, inputs, outputs, roots }: WholePlan): PlanRecord | undefined {
  const [texts, storages, tensors] = [numbered<string>(), numbered<Storage>(), numbered<Tensor>()]
  const pair = (tensor: Tensor, storage: Storage): Pair => [tensors.of(tensor), storages.of(storage)]
  const named = (map: ReadonlyMap<string, Tensor>) =>
    Array.from(map, ([name, tensor]): Named => [name, tensors.of(tensor)])
  const steps = planned.steps.map(({ source, arguments: values, global, local, outputs, isConstant }) => ({
    text: texts.of(source),
    arguments: values.map((value) => (value instanceof Storage ? ([storages.of(value)] as const) : value)),
    global,
    local,
    outputs: outputs.map(storages.of),
    isConstant,
  }))
  const record = {
    steps,
    sources: Array.from(planned.sources, ([tensor, storage]) => pair(tensor, storage)),
    results: roots.map((root) => pair(root, planned.plain(root))),
    inputs: named(inputs),
    outputs: named(outputs),
    alignment: planned.alignment,
  }
  const from = tensors.list.map(originRecord)
  if (from.includes(undefined)) return undefined
  const tensorRecords = tensors.list.map(({ type, shape }, index) => ({ type, shape, from: from[index] }))
  for (const storage of storages.list) storages.of(storage.root.storage)
  const storageRecords = storages.list.map((storage): StorageRecord => {
    const { byteLength, place, root } = storage
    if (root.storage === storage) return { byteLength, place }
    return { byteLength, place, within: [storages.of(root.storage), root.offset] }
  })
  return { ...record, texts: texts.list, tensors: tensorRecords as TensorRecord[], storages: storageRecords }
}

/** The reverse. */
export function recordedPlan(record: PlanRecord): WholePlan {
  const { texts, alignment } = record
  const storages = record.storages.map(({ byteLength, place }) => new Storage(byteLength, place))
  const storageAt = (index: number) => storages[index] as Storage
  for (const [index, { within }] of record.storages.entries()) {
    if (within !== undefined) storageAt(index).placeIn(storageAt(within[0]), within[1])
  }
  const tensors = record.tensors.map(recordedTensor)
  const pairs = (list: readonly Pair[]) =>
    new Map(list.map(([tensor, storage]) => [tensors[tensor] as Tensor, storageAt(storage)]))
  const named = (list: readonly Named[]) => new Map(list.map(([name, tensor]) => [name, tensors[tensor] as Tensor]))
  const results = pairs(record.results)
  const steps = record.steps.map(({ text, arguments: values, global, local, outputs, isConstant }) => ({
    source: texts[text] as string,
    arguments: values.map((value) => (typeof value === "number" ? value : storageAt(value[0]))),
    global,
    local,
    outputs: outputs.map(storageAt),
    isConstant,
  }))
  return {
    planned: { steps, sources: pairs(record.sources), alignment, plain: (tensor) => results.get(tensor) as Storage },
    inputs: named(record.inputs),
    outputs: named(record.outputs),
    roots: [...results.keys()],
  }
}

function originRecord({ type, origin, elements }: Tensor): TensorRecord["from"] | undefined {
  if (origin.kind === "input") return { input: origin.name }
  if (origin.kind === "elements") {
    return { bytes: Buffer.from(bytesOf(type, elements as Elements).buffer).toString("base64") }
  }
  if (origin.kind !== "weight") return "steps"
  return "location" in origin.data ? origin.data : undefined
}

function recordedTensor({ type, shape, from }: TensorRecord): Tensor {
  if (from === "steps") return makeTensor(type, shape, { kind: "segment" })
  if ("bytes" in from) {
    return makeTensor(type, shape, { kind: "elements" }, elementsOf(type, Buffer.from(from.bytes, "base64")))
  }
  const origin: Origin = "input" in from ? { kind: "input", name: from.input } : { kind: "weight", data: from }
  return makeTensor(type, shape, origin)
}

/** Things in the order in which they were first asked for. */
function numbered<Thing>() {
  const numbers = new Map<Thing, number>()
  const list: Thing[] = []
  const of = (thing: Thing): number => {
    const known = numbers.get(thing)
    if (known !== undefined) return known
    numbers.set(thing, list.length)
    return list.push(thing) - 1
  }
  return { list, of }
}
