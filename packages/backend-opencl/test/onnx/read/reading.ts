import { concat } from "../../../../core/src/bytes.js"
import { model, tag } from "../../../../core/test/import-messages.js"
import { readOnnxModel } from "../../../src/onnx/read-model.js"

export const floats = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer)
export const fixed32 = (number: number, value: number) =>
  concat(tag(number, 5), new Uint8Array(Float32Array.of(value).buffer))

/** The simplest model around what is to be read. */
export const graphOf = (...fields: readonly Uint8Array[]) => readOnnxModel(model(fields)).graph
