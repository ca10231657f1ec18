import { StrongroomError } from "@strongroom/core/backend"

/** What ONNX Runtime says of models that are sound but not for it, and what of that may be repeated: operator types. */
const refusals: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/Could not find an implementation for ([\w.]+\(\d+\))/, (operator) => `it has no kernel for ${operator}.`],
  [/No Op registered for ([\w.]+) with domain_version/, (operator) => `it has no operator ${operator}.`],
  [/([\w.]+)\(-?\d+\) is not a registered function\/op/, (operator) => `it has no operator ${operator}.`],
  [/Unsupported model IR version: (\d+)/, (version) => `it doesn't read version ${version} of ONNX's file format.`],
  [/guarantees\* support for models stamped/, () => "it doesn't have the model's operator set."],
]

/** Why ONNX Runtime can't run a sound model, if that is what `error` says. */
export function whyDeclined(error: unknown): string | undefined {
  for (const [pattern, reason] of refusals) {
    const match = pattern.exec(text(error))
    if (match !== null) return reason(match[1] ?? "")
  }
  return undefined
}

/** `error`, or this project's error where its code says more. ONNX Runtime's words name nodes: they aren't passed on. */
export function withCode(error: unknown): unknown {
  if (!/Failed to allocate memory|bad[ _]alloc/.test(text(error))) return error
  return new StrongroomError("out-of-memory", "ONNX Runtime has no room for what it has to compute.")
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
