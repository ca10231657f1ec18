import type { NamedTensorMap, Tensor, TensorInfo } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"
import { mapNested } from "./nested.js"
import { isPlace, type Recording, type Result, type Step } from "./recording.js"

/**
 * Calls the kernels of a recording again. `inputs` have the types and shapes that they had then; all tensors are the open
 * scope's.
 *
 * @returns `undefined` where a kernel gives another shape than it did: it depends on what is in the inputs.
 */
export function replay({ tf }: Runtime, recording: Recording, inputs: NamedTensorMap): readonly Tensor[] | undefined {
  const engine = tf.engine()
  const backend = tf.backend()
  const tensors = recording.tensors.slice()
  for (const [name, place] of recording.inputs) tensors[place] = inputs[name]
  for (const { place, made } of recording.constants) {
    const [values, ...rest] = made
    tensors[place] = engine.makeTensor(values.slice() as typeof values, ...rest)
  }
  const tensorAt = (place: number) => tensors[place] as Tensor

  /** As TensorFlow.js's engine does: kernels give descriptions of tensors, and tfjs-node's the tensors themselves. */
  const asTensor = (made: TensorInfo) => ("rank" in made ? (made as Tensor) : engine.makeTensorFromTensorInfo(made))

  function call({ kernel, inputs, attrs }: Step): Tensor[] {
    const given = mapNested(inputs, isPlace, tensorAt) as NamedTensorMap
    const made = kernel({ inputs: given, attrs, backend })
    return Array.isArray(made) ? made.map(asTensor) : [asTensor(made)]
  }

  for (const step of recording.steps) {
    const made = step.leavesOthers ? tf.tidy(() => call(step)) : call(step)
    if (!step.results.every((result, index) => isAlike(result, made[index]))) return undefined
    for (const [index, { place }] of step.results.entries()) tensors[place] = made[index]
    for (const place of step.lastUsed) tensorAt(place).dispose()
  }
  return recording.outputs.map(tensorAt)
}

function isAlike({ shape, dtype }: Result, tensor: Tensor | undefined): boolean {
  return (
    tensor !== undefined &&
    tensor.dtype === dtype &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((size, axis) => size === shape[axis])
  )
}
