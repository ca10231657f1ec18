import { StrongroomError } from "../errors.js"
import { limits } from "../format/limits.js"
import { unpairedSurrogate } from "../format/part-name.js"
import type { TensorSpec } from "../tensor.js"

/**
 * Refuses inputs or outputs that the manifest can't describe (spec/sealed-model.md, limits). `what` is `"inputs"` or
 * `"outputs"`.
 *
 * @throws StrongroomError `import-failed`.
 */
export function checkTensorSpecs(specs: readonly TensorSpec[], what: string): void {
  const fail = (problem: string): never => {
    throw new StrongroomError("import-failed", `The model's ${what} can't be described in a sealed model: ${problem}.`)
  }
  if (specs.length > limits.mostTensors) fail(`there are ${specs.length}, and at most ${limits.mostTensors} fit`)
  if (new Set(specs.map((spec) => spec.name)).size < specs.length) fail("two of them have one name")
  for (const { name, shape } of specs) {
    if (!fits(name)) fail(`a name is empty, longer than ${limits.mostName} bytes or not valid Unicode`)
    if (shape.length > limits.mostRank) fail(`one has ${shape.length} dimensions, and at most ${limits.mostRank} fit`)
    for (const size of shape) {
      const valid = typeof size === "string" ? fits(size) : Number.isSafeInteger(size) && size >= 0
      if (!valid) fail("a size is neither an integer from 0 nor a name")
    }
  }
}

function fits(name: string): boolean {
  const { length } = new TextEncoder().encode(name)
  return length > 0 && length <= limits.mostName && !unpairedSurrogate.test(name)
}
