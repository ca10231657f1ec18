import { StrongroomError } from "@strongroom/core/backend"

/** The description isn't one: `place` is a path in it, such as `launches[2].global`, and no name of the bundle's own. */
export function broken(place: string, problem: string): StrongroomError {
  return new StrongroomError("backend-failed", `The OpenCL bundle's description is wrong at ${place}: ${problem}.`)
}
