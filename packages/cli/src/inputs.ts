import { type ElementType, StrongroomError, type Tensor, type TensorSpec, tensor } from "@strongroom/core"
import { toTensor } from "@strongroom/core/host"
import { isNpy, parseNpy } from "./npy.js"
import { fractionToBrainHalf, fractionToHalf, randomNumbers } from "./numbers.js"
import { parseAssignment, parseCount, parseShape } from "./parse.js"
import { readTensorFile } from "./read-files.js"

/** What the command line says of the inputs, checked as far as that goes without the model. */
export interface InputChoices {
  /** By input: `zeros`, `random`, `random:SEED`, or a file's path. */
  readonly values: ReadonlyMap<string, string>
  /** By input, where the model leaves it open. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

/** From `--input NAME=VALUE` and `--shape NAME=1x3x48x192`. */
export function parseInputs(values: readonly string[], shapes: readonly string[]): InputChoices {
  const choices = {
    values: new Map(values.map((text) => parseAssignment(text, "--input"))),
    shapes: new Map(
      shapes.map((text) => {
        const [name, sizes] = parseAssignment(text, "--shape")
        return [name, parseShape(sizes, "--shape")]
      }),
    ),
  }
  for (const name of choices.shapes.keys()) {
    if (!choices.values.has(name)) throw new RangeError(`--shape ${name} has no --input ${name}=VALUE to apply to.`)
  }
  return choices
}

/**
 * The tensors to run the model with.
 *
 * @throws StrongroomError `input-unknown`, `input-missing`, `input-length`, and what reading files throws. Whether types
 * and shapes fit is for the session to say.
 */
export async function makeInputs(
  specs: readonly TensorSpec[],
  choices: InputChoices,
  signal: AbortSignal,
): Promise<{ [name: string]: Tensor }> {
  for (const name of choices.values.keys()) {
    if (specs.some((spec) => spec.name === name)) continue
    const known = specs.map(describeSpec).join("; ") || "none"
    throw new StrongroomError("input-unknown", `The model has no input "${name}". Its inputs: ${known}.`)
  }
  const tensors: { [name: string]: Tensor } = {}
  for (const spec of specs) {
    const value = choices.values.get(spec.name)
    if (value === undefined) {
      throw new StrongroomError(
        "input-missing",
        `The model's input ${describeSpec(spec)} isn't given. Add --input ${spec.name}=FILE.npy, zeros or random.`,
      )
    }
    tensors[spec.name] = await makeInput(spec, value, choices.shapes.get(spec.name), signal)
  }
  return tensors
}

/** `"x" float32 [batch, 3, 48, 192]` */
export function describeSpec({ name, type, shape }: TensorSpec): string {
  return `"${name}" ${type} ${formatShape(shape)}`
}

export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`
}

async function makeInput(
  spec: TensorSpec,
  value: string,
  shape: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<Tensor> {
  const [word, seed] = value.split(":")
  if (word === "zeros" && seed === undefined) return filledInput(spec, shape, () => 0)
  if (word === "random") return filledInput(spec, shape, randomNumbers(parseCount(seed ?? "0", "A seed")))
  const bytes = await readTensorFile(value, signal)
  if (isNpy(bytes)) return toTensor(parseNpy(bytes, value))
  return rawInput(spec, shape, bytes, value)
}

/** A file of nothing but elements, little-endian. */
function rawInput(spec: TensorSpec, given: readonly number[] | undefined, data: Uint8Array, path: string): Tensor {
  const { type } = spec
  if (type === "string") throw new RangeError(`Input "${spec.name}" is text, which a file of elements can't give.`)
  const shape = sizesOf(spec, given)
  const expected = byteLengthOf(type, shape)
  if (data.length !== expected) {
    throw new StrongroomError(
      "input-length",
      `${path} has ${data.length} bytes; input "${spec.name}", ${type} ${formatShape(shape)}, takes ${expected}.`,
    )
  }
  return toTensor({ type, shape, data })
}

/** A tensor of what `next` gives: integers from 0 to 9 and bools from 0 to 1 for numbers in [0, 1). */
function filledInput(spec: TensorSpec, given: readonly number[] | undefined, next: () => number): Tensor {
  const shape = sizesOf(spec, given)
  const { type } = spec
  if (type === "string") throw new RangeError(`Input "${spec.name}" is text, for which there are no numbers.`)
  const numbers = Array.from({ length: elementCount(shape) }, next)
  switch (type) {
    case "float32":
    case "float64":
      return tensor(type, shape, numbers)
    case "float16":
      return tensor(type, shape, Uint16Array.from(numbers, fractionToHalf))
    case "bfloat16":
      return tensor(type, shape, Uint16Array.from(numbers, fractionToBrainHalf))
    case "int4":
      return tensor(type, shape, wholeNumbers(numbers, 8))
    case "bool":
      return tensor(type, shape, wholeNumbers(numbers, 2))
    default:
      return tensor(type, shape, wholeNumbers(numbers, 10))
  }
}

function wholeNumbers(fractions: readonly number[], count: number): number[] {
  return fractions.map((value) => Math.floor(value * count))
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** By the type's name: the digits at its end are bits; `bool` takes a byte; 4-bit types two a byte. */
function byteLengthOf(type: ElementType, shape: readonly number[]): number {
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 8)
  return Math.ceil((elementCount(shape) * bits) / 8)
}

/** The sizes given, or else the model's own if it leaves none open. */
function sizesOf({ name, shape }: TensorSpec, given: readonly number[] | undefined): readonly number[] {
  if (given !== undefined) return given
  return shape.map((size) => {
    if (typeof size === "number") return size
    throw new RangeError(
      `Input "${name}" is ${formatShape(shape)}: the model leaves sizes open. Say them, as in --shape ${name}=1x3x48x192.`,
    )
  })
}
