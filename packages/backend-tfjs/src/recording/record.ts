import type { DataId, NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"
import { mapNested, type Nested } from "./nested.js"
import { type Constant, isPlace, type Recording, type Result, type Step } from "./recording.js"

/** Elements of a recording's constants, which stay in memory between runs. Most are shapes. */
const mostConstants = 2 ** 16

export interface Recorded {
  readonly outputs: readonly Tensor[]
  /** Absent where what the run did may depend on what its inputs hold. */
  readonly recording: Recording | undefined
}

/**
 * Runs `compute` and records the kernels that it calls. There is no recording of a run that reads elements which depend on
 * inputs, since what it does next may depend on them, too, or that uses a tensor of which isn't known where it comes from.
 *
 * @param weights the tensors, apart from inputs, that were there before and will be at every later run.
 */
export function record(
  { tf, backend, afterChecks = (kernel) => kernel }: Runtime,
  inputs: NamedTensorMap,
  weights: ReadonlySet<Tensor>,
  compute: () => readonly Tensor[],
): Recorded {
  const engine = tf.engine()
  const tensors: (Tensor | undefined)[] = []
  const places = new Map<Tensor, number>()
  const steps: Omit<Step, "lastUsed">[] = []
  const constants: Constant[] = []
  let constantElements = 0
  /** Elements that depend on inputs. */
  const dependent = new WeakSet<DataId>()
  let canRepeat = true
  /** A kernel calls others, makes tensors and reads what it likes, as it will the next time. */
  let isInKernel = false

  function newPlace(tensor: Tensor, always?: Tensor): number {
    const place = tensors.push(always) - 1
    places.set(tensor, place)
    return place
  }

  function placeOf(tensor: Tensor): number {
    const place = places.get(tensor)
    if (place !== undefined) return place
    if (!weights.has(tensor)) canRepeat = false
    return newPlace(tensor, tensor)
  }

  function inKernel<T>(body: () => T): T {
    isInKernel = true
    try {
      return body()
    } finally {
      isInKernel = false
    }
  }

  const isTensor = (value: unknown): value is Tensor => value instanceof tf.Tensor
  const isOutside = () => canRepeat && !isInKernel
  const { runKernel, makeTensor, readSync, read, readToGPU } = engine

  function recordedKernel<T extends Tensor | Tensor[]>(name: string, given: NamedTensorMap, attrs: NamedAttrMap): T {
    let isDependent = false
    const from = mapNested<Tensor, number>(given, isTensor, (tensor) => {
      isDependent ||= dependent.has(tensor.dataId)
      return placeOf(tensor)
    })
    const attrsBefore = copyOf(attrs)
    const tensorsBefore = engine.state.numTensors
    const made = inKernel(() => runKernel.call(engine, name, given, attrs)) as T
    // A kernel that changes its attributes would find them changed.
    if (JSON.stringify(attrs) !== JSON.stringify(attrsBefore)) canRepeat = false
    const results = [made].flat().map((tensor): Result => {
      // One that was there before isn't the run's to free.
      if (places.has(tensor) || weights.has(tensor)) canRepeat = false
      if (isDependent) dependent.add(tensor.dataId)
      return { place: newPlace(tensor), shape: tensor.shape, dtype: tensor.dtype }
    })
    const kernel = afterChecks(tf.getKernel(name, backend).kernelFunc)
    const leavesOthers = engine.state.numTensors - tensorsBefore > results.length
    steps.push({ kernel, inputs: from, attrs: attrsBefore, results, leavesOthers })
    return made
  }

  function noteConstant(tensor: Tensor, [values, ...rest]: Constant["made"]): void {
    constantElements += tensor.size
    if (constantElements > mostConstants) {
      canRepeat = false
      return
    }
    // A copy: the engine may hold the array itself, and give it to whoever reads the tensor.
    constants.push({ place: newPlace(tensor), made: [values.slice() as typeof values, ...rest] })
  }

  const watched: Pick<typeof engine, "runKernel" | "makeTensor" | "readSync" | "read" | "readToGPU"> = {
    runKernel(kernel, given, attrs) {
      return isOutside()
        ? recordedKernel(kernel, given, attrs ?? {})
        : (runKernel.call(engine, kernel, given, attrs) as never)
    },
    makeTensor(...given) {
      const tensor = makeTensor.apply(engine, given)
      if (isOutside()) noteConstant(tensor, given)
      return tensor
    },
    readSync(dataId) {
      if (isOutside() && dependent.has(dataId)) canRepeat = false
      return readSync.call(engine, dataId)
    },
    read(dataId) {
      if (isOutside() && dependent.has(dataId)) canRepeat = false
      return read.call(engine, dataId)
    },
    readToGPU(dataId, options) {
      if (isOutside() && dependent.has(dataId)) canRepeat = false
      return readToGPU.call(engine, dataId, options)
    },
  }

  try {
    const inputPlaces = new Map<string, number>()
    for (const [name, tensor] of Object.entries(inputs)) {
      // One tensor for two inputs: there may be two the next time.
      if (places.has(tensor)) canRepeat = false
      inputPlaces.set(name, newPlace(tensor))
      dependent.add(tensor.dataId)
    }
    Object.assign(engine, watched)
    const outputs = compute()
    const outputPlaces = outputs.map(placeOf)
    if (!canRepeat) return { outputs, recording: undefined }
    // Others were only read, and what came of that is in the steps.
    const used = new Set([...steps.flatMap(({ inputs }) => placesIn(inputs)), ...outputPlaces])
    const usedConstants = constants.filter(({ place }) => used.has(place))
    const recording = {
      tensors,
      inputs: inputPlaces,
      constants: usedConstants,
      steps: withLastUses(steps, usedConstants, outputPlaces),
      outputs: outputPlaces,
    }
    return { outputs, recording }
  } finally {
    Object.assign(engine, { runKernel, makeTensor, readSync, read, readToGPU })
  }
}

function copyOf(attrs: NamedAttrMap): NamedAttrMap {
  const isValue = (value: unknown): value is unknown => typeof value !== "object"
  return mapNested<unknown, unknown>(attrs as Nested<unknown>, isValue, (value) => value) as NamedAttrMap
}

/** Each tensor is freed at the last step that takes it, or at its own, unless the run gives it. */
function withLastUses(
  steps: readonly Omit<Step, "lastUsed">[],
  constants: readonly Constant[],
  outputs: readonly number[],
): readonly Step[] {
  const made = new Set([...constants, ...steps.flatMap(({ results }) => results)].map(({ place }) => place))
  for (const place of outputs) made.delete(place)
  return steps
    .toReversed()
    .map((step) => {
      const used = [...step.results.map(({ place }) => place), ...placesIn(step.inputs)]
      const lastUsed = used.filter((place) => made.delete(place))
      return { ...step, lastUsed }
    })
    .reverse()
}

function placesIn(nested: Nested<number>): readonly number[] {
  const places: number[] = []
  mapNested<number, void>(nested, isPlace, (place) => void places.push(place))
  return places
}
