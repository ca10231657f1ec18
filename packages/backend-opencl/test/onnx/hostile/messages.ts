import { StrongroomError } from "@strongroom/core"
import { expect } from "vitest"
import { bytes, int, model, node } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"

export const floats = new Uint8Array(16)

/** Every name that a hostile model here has begins so, and no error holds it. */
const secret = "secret"

/** What the error says is wrong. */
export function refusal(content: Uint8Array): string {
  try {
    readOnnxModel(content)
  } catch (error) {
    if (!StrongroomError.is(error)) throw error
    expect(error.code).toBe("backend-failed")
    expect(`${error.message}${error.cause ?? ""}`).not.toContain(secret)
    return error.message.replace("This isn't an ONNX model, or is a damaged one: ", "")
  }
  throw new Error("It was taken.")
}

export const graph = (...fields: readonly Uint8Array[]) => model(fields)
export const initializer = (...fields: readonly Uint8Array[]) => graph(bytes(5, bytes(8, "secret-w"), ...fields))
export const attribute = (...fields: readonly Uint8Array[]) =>
  graph(node("X", [], [], bytes(5, bytes(1, "secret-a"), ...fields)))
export const subgraph = (...fields: readonly Uint8Array[]) =>
  bytes(5, bytes(1, "body"), bytes(6, ...fields), int(20, 5))
