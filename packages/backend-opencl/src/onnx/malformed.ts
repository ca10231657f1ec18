import { StrongroomError } from "@strongroom/core/backend"

/** The bytes aren't a model that ONNX allows. `problem` quotes nothing of it. */
export function malformed(problem: string): StrongroomError {
  return new StrongroomError("backend-failed", `This isn't an ONNX model, or is a damaged one: ${problem}.`)
}
