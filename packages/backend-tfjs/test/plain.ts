import { createRequire } from "node:module"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { GraphFiles } from "./graph-models.js"

// The same copies of the modules as the backend's engine uses when it is on this thread.
const require = createRequire(import.meta.url)
const tf: typeof import("@tensorflow/tfjs-core") = require("@tensorflow/tfjs-core")
const converter: typeof import("@tensorflow/tfjs-converter") = require("@tensorflow/tfjs-converter")
require("@tensorflow/tfjs-backend-wasm")

/** A model by TensorFlow.js's own loader, on WebAssembly. */
export async function loadPlain({ json, shards }: GraphFiles): Promise<GraphModel> {
  await tf.setBackend("wasm")
  const description = JSON.parse(new TextDecoder().decode(json))
  const artifacts = {
    modelTopology: description.modelTopology,
    signature: description.signature,
    weightSpecs: description.weightsManifest[0].weights,
    weightData: new Uint8Array(Buffer.concat([...shards.values()])).buffer,
  }
  return converter.loadGraphModel(tf.io.fromMemory(artifacts))
}
