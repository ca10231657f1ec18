import { StrongroomError } from "../errors.js"
import { listOf, member, membersOf, notTfjs } from "./tfjs-json.js"

/** Some weights, concatenated, and the files over which they are cut. */
export interface WeightGroup {
  readonly paths: readonly string[]
  /** All the weights' bytes; with `atLeast`, not fewer than these: texts are as long as they are. */
  readonly byteLength: number
  readonly atLeast: boolean
}

/** Bytes an element: DTYPE_VALUE_SIZE_MAP of tfjs-core, src/io/types.ts. */
const elementBytes: ReadonlyMap<unknown, number> = new Map([
  ["float32", 4],
  ["float16", 2],
  ["int32", 4],
  ["uint16", 2],
  ["uint8", 1],
  ["bool", 1],
  ["complex64", 8],
])

/** `weightsManifest` of a model.json: a list of groups, each with `paths` and `weights`. */
export function readWeightsManifest(manifest: unknown): readonly WeightGroup[] {
  return listOf(manifest, "weightsManifest").map((group) => {
    const paths = listOf(member(membersOf(group), "paths"), "a group's paths").map((path) =>
      typeof path === "string" ? path : notTfjs("a path isn't text"),
    )
    const weights = listOf(member(membersOf(group), "weights"), "a group's weights").map(weightByteLength)
    const byteLength = weights.reduce((sum, weight) => sum + weight.byteLength, 0)
    if (!Number.isSafeInteger(byteLength)) notTfjs("its weights are impossibly large")
    return { paths, byteLength, atLeast: weights.some((weight) => weight.atLeast) }
  })
}

/** @throws StrongroomError `import-failed` when a group's files together aren't as long as its weights. */
export function checkGroup(group: WeightGroup, found: number): void {
  if (found === group.byteLength || (group.atLeast && found > group.byteLength)) return
  throw new StrongroomError(
    "import-failed",
    `The weights in ${group.paths.length} files of this TensorFlow.js model should have ${group.byteLength} bytes ` +
      `together, but the files have ${found}. Get them again, or convert the model again.`,
  )
}

function weightByteLength(weight: unknown): { byteLength: number; atLeast: boolean } {
  const spec = membersOf(weight)
  const count = listOf(member(spec, "shape"), "a weight's shape").reduce<number>((product, size) => {
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) notTfjs("a weight's shape isn't one")
    return product * size
  }, 1)
  const quantization = membersOf(member(spec, "quantization"))
  const type = quantization === undefined ? member(spec, "dtype") : member(quantization, "dtype")
  // A text is its length in four bytes, then its bytes.
  if (type === "string") return { byteLength: count * 4, atLeast: count > 0 }
  const size = elementBytes.get(type)
  return size === undefined ? notTfjs("a weight has no known dtype") : { byteLength: count * size, atLeast: false }
}
