import { type RawTensor, StrongroomError, type TensorSpec } from "@strongroom/core/backend"

/** The sizes that the shapes of inputs name; a name has one size in a run. @throws StrongroomError `input-shape` */
export function namedSizes(
  specs: readonly TensorSpec[],
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
