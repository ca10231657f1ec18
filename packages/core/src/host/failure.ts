import { StrongroomError } from "../errors.js"

/**
 * What the engine threw, as this project's error. Errors of ours pass, whoever threw them. Engines quote node and file
 * names, so the text of any other is copied, and its cause kept, only with `debug`.
 */
export function engineFailure(doing: string, thrown: unknown, debug: boolean): StrongroomError {
  if (StrongroomError.is(thrown)) return thrown
  if (debug) return new StrongroomError("backend-failed", `The engine failed ${doing}: ${thrown}`, { cause: thrown })
  return new StrongroomError(
    "backend-failed",
    `The engine failed ${doing}. Its own words are withheld, because engines quote a model's names; debug shows them.`,
  )
}

/** An engine that doesn't keep to the contract. */
export function contractBroken(what: string): StrongroomError {
  return new StrongroomError("backend-failed", `The backend breaks its contract (spec/backend.md): ${what}.`)
}
