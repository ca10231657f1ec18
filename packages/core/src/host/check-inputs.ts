import type { EngineKept, RawTensor, TensorSpec } from "../backend.js"
import { elementAlignment, elementCount, tensorByteLength } from "../element-type.js"
import { type ErrorCode, StrongroomError } from "../errors.js"
import type { KeptReference, KeptRegistry } from "./kept.js"
import { shapeFits, shapeText } from "./tensor-shape.js"

/** What a run is given, by the names of the model's inputs. */
export interface RunInputs {
  readonly [name: string]: RawTensor | KeptReference
}

/** Inputs that an engine may trust. `release` gives back what was borrowed for them; call it once. */
export interface CheckedInputs {
  readonly inputs: { readonly [name: string]: RawTensor | EngineKept }
  release(): void
}

/**
 * Holds `given` against the model's inputs: each there, none other, of its type, shape and length, bools 0 or 1. With
 * `copy` the engine gets copies, so that the caller's own are free at once; without, only what isn't aligned is copied.
 *
 * @throws StrongroomError `input-unknown`, `input-missing`, `input-type`, `input-shape`, `input-length`, `kept-invalid`.
 */
export function checkInputs(
  specs: readonly TensorSpec[],
  given: RunInputs,
  kept: KeptRegistry,
  copy: boolean,
): CheckedInputs {
  if (typeof given !== "object" || given === null) throw new TypeError("Inputs are an object of tensors by name.")
  const names = new Set(specs.map(({ name }) => name))
  for (const name of Object.keys(given)) {
    if (!names.has(name)) throw wrong("input-unknown", `no input "${name}"; it has ${listed(names)}`)
  }
  const borrowed: (() => void)[] = []
  const release = () => {
    for (const back of borrowed) back()
  }
  try {
    const inputs = specs.map((spec): [string, RawTensor | EngineKept] => {
      const value = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined
      if (value === undefined) throw wrong("input-missing", `an input "${spec.name}", which isn't given`)
      if (typeof value !== "object" || value === null) throw new TypeError(`The input "${spec.name}" isn't a tensor.`)
      if (!("kept" in value)) return [spec.name, checkTensor(spec, value, copy)]
      const output = kept.get(value)
      checkKept(spec, output.spec)
      borrowed.push(output.lend())
      return [spec.name, output.value]
    })
    return { inputs: Object.fromEntries(inputs), release }
  } catch (error) {
    release()
    throw error
  }
}

function wrong(code: ErrorCode, what: string): StrongroomError {
  return new StrongroomError(code, `The model has ${what}.`)
}

function listed(names: ReadonlySet<string>): string {
  return names.size === 0 ? "none" : [...names].map((name) => `"${name}"`).join(", ")
}

function checkTensor(spec: TensorSpec, raw: RawTensor, copy: boolean): RawTensor {
  if (raw.type !== spec.type) {
    throw wrong("input-type", `an input "${spec.name}" of type ${spec.type}, not ${String(raw.type)}`)
  }
  const count = checkedCount(spec, raw.shape)
  const shape = [...raw.shape]
  if (raw.type === "string") return { type: raw.type, shape, data: checkStrings(spec, raw.data, count) }
  if (!(raw.data instanceof Uint8Array)) throw new TypeError(`The data of the input "${spec.name}" isn't bytes.`)
  checkLength(spec, raw.data.byteLength, tensorByteLength(raw.type, shape), "bytes")
  const aligned = raw.data.byteOffset % elementAlignment(raw.type) === 0
  const data = copy || !aligned ? new Uint8Array(raw.data) : raw.data
  if (raw.type === "bool" && data.some((byte) => byte > 1)) {
    throw wrong("input-type", `a bool input "${spec.name}": its bytes are 0 or 1`)
  }
  return { type: raw.type, shape, data }
}

function checkedCount(spec: TensorSpec, shape: readonly number[]): number {
  const refused = () => wrong("input-shape", `an input "${spec.name}" of shape ${shapeText(spec.shape)}`)
  if (!Array.isArray(shape)) throw refused()
  let cause: unknown
  try {
    const count = elementCount(shape)
    if (shapeFits(spec, shape)) return count
  } catch (error) {
    cause = error
  }
  const error = refused()
  error.message += ` It was given ${shapeText(shape)}.`
  if (cause !== undefined) error.cause = cause
  throw error
}

function checkStrings(spec: TensorSpec, data: readonly string[], count: number): readonly string[] {
  if (!Array.isArray(data) || !data.every((value) => typeof value === "string")) {
    throw new TypeError(`The data of the input "${spec.name}" isn't an array of strings.`)
  }
  checkLength(spec, data.length, count, "strings")
  return [...data]
}

function checkLength(spec: TensorSpec, found: number, expected: number, unit: string): void {
  if (found === expected) return
  throw wrong("input-length", `an input "${spec.name}" that in this shape has ${expected} ${unit}, not ${found}`)
}

/** A kept output's sizes aren't known here: what its specification fixes must fit. */
function checkKept(spec: TensorSpec, output: TensorSpec): void {
  if (output.type !== spec.type) {
    throw wrong("input-type", `an input "${spec.name}" of type ${spec.type}; the kept output is ${output.type}`)
  }
  const fits =
    output.shape.length === spec.shape.length &&
    output.shape.every((size, index) => {
      const own = spec.shape[index]
      return typeof size === "string" || typeof own === "string" || size === own
    })
  if (fits) return
  throw wrong(
    "input-shape",
    `an input "${spec.name}" of shape ${shapeText(spec.shape)}; the kept output is ${shapeText(output.shape)}`,
  )
}
