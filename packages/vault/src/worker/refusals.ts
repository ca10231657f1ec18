/** Why there is no vault, or no session in it, as the app is told. */
import { failure, strongroomErrorName, toWireError, type WireError } from "../channel/wire-error.js"

export function inspectorOpen(): WireError {
  const message = "Node's inspector was opened in the vault's process and can't be closed. Open another vault"
  return toWireError(failure("vault-start", message))
}

/** The app has announced descriptors, which can't be taken here. */
export function passingImpossible(): WireError {
  return toWireError(failure("vault-start", "The vault can't load koffi, as the app can. Install the package again"))
}

/** Undefined where all that `strict` names, which the app demands, is in `held`. */
export function unmetDemands(strict: readonly string[], held: readonly string[]): WireError | undefined {
  const missing = strict.filter((id) => !held.includes(id))
  if (missing.length === 0) return undefined
  const message =
    `The app demands guarantees that don't hold here: ${missing.join(", ")}. ` +
    "The report of a vault opened without strict says why; demand others, or run where they hold"
  return { name: strongroomErrorName, code: "policy-guarantee", message }
}
