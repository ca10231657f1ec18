import { type Kept, type RunOptions, StrongroomError, type Tensor, type TensorSpec } from "@strongroom/core"
import type { RawTensor } from "@strongroom/core/backend"
import { elementCount, toRaw } from "@strongroom/core/host"
import { natural } from "../channel/check.js"
import type { KeptNumber } from "../channel/wire-tensor.js"

export type Inputs = { readonly [name: string]: Tensor | Kept }

/*
 * What a run is given, made fit for the channel. Only what could not be said there is refused here, with the codes that
 * core's host has for it; all else the host in the vault holds against the model.
 */

/** @throws TypeError; StrongroomError `input-unknown`, `input-shape`, `kept-invalid`. */
export function wireInputs(specs: readonly TensorSpec[], given: Inputs): { [name: string]: RawTensor | KeptNumber } {
  if (typeof given !== "object" || given === null) throw new TypeError("run() takes inputs: { name: tensor }")
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const isKept = typeof value === "object" && value !== null && "kept" in value
      return [name, isKept ? keptNumber(value) : sound(specs, name, toRaw(value))]
    }),
  )
}

/** @throws TypeError; StrongroomError `output-unknown`. */
export function wireNames(options: RunOptions): { outputs: readonly string[] | null; keep: readonly string[] } {
  const { outputs, keep } = options
  return {
    outputs: outputs === undefined ? null : outputNames(outputs, "outputs"),
    keep: outputNames(keep ?? [], "keep"),
  }
}

/** Whether it is open, and this session's, the vault knows: its numbers are random. */
function keptNumber({ kept }: Kept): KeptNumber {
  if (natural(kept)) return { kept }
  throw new StrongroomError(
    "kept-invalid",
    "What was given as a kept output isn't one. Give one that this session's run has kept",
  )
}

function sound(specs: readonly TensorSpec[], name: string, raw: RawTensor): RawTensor {
  const spec = specs.find((one) => one.name === name)
  if (!spec) throw new StrongroomError("input-unknown", `The model has no input "${name}"`)
  try {
    elementCount(raw.shape)
    return raw
  } catch (cause) {
    const message = `The model has an input "${name}" of shape [${spec.shape.join(", ")}]: ${(cause as Error).message}`
    throw new StrongroomError("input-shape", message, { cause })
  }
}

function outputNames(names: readonly string[], option: string): readonly string[] {
  if (!Array.isArray(names)) throw new TypeError(`${option} is an array of output names`)
  if (names.every((name) => typeof name === "string")) return [...names]
  throw new StrongroomError("output-unknown", `${option} holds what isn't the name of an output: names are texts`)
}
