import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs-core"
import type { Runtime } from "../runtime.js"
import { mapNested } from "./nested.js"
import { isPlace, type Recording, type Result } from "./recording.js"

/**
 * Calls the kernels of a recording again. `inputs` have the types and shapes that they had then; all tensors are the open
 * scope's.
 *
 * @returns `undefined` where a kernel gives another shape than it did: it depends on what is in the inputs.
 */
export function replay({ tf }: Runtime, recording: Recording, inputs: NamedTensorMap): readonly Tensor[] | undefined {
  const engine = tf.engine()
  const tensors = recording.tensors.slice()
  for (const [name, place] of recording.inputs) tensors[place] = inputs[name]
  const tensorAt = (place: number) => tensors[place] as Tensor
  for (const { kernel, inputs, attrs, results, lastUsed } of recording.steps) {
    const given = mapNested(inputs, isPlace, tensorAt) as NamedTensorMap
    // What a kernel leaves beside its results is freed at once.
    const made = tf.tidy(() => engine.runKernel(kernel, given, attrs))
    const list = Array.isArray(made) ? made : [made]
    if (!results.every((result, index) => isAlike(result, list[index]))) return undefined
    for (const [index, { place }] of results.entries()) tensors[place] = list[index]
    for (const place of lastUsed) tensorAt(place).dispose()
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
