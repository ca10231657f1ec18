import { createRequire } from "node:module"
import { join } from "node:path"
import { tfjsNodeFolder } from "@strongroom/test-machine"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { GraphFiles } from "./graph-files.js"

/** TensorFlow.js as an app uses it, with an engine by its own name. */
export interface PlainEngine {
  readonly backend: string
  readonly tf: typeof import("@tensorflow/tfjs-core")
  readonly converter: typeof import("@tensorflow/tfjs-converter")
}

/** The same copies of the modules as the backend's engine uses when it is on this thread. */
export function plainWasm(): PlainEngine {
  const require = createRequire(import.meta.url)
  require("@tensorflow/tfjs-backend-wasm")
  return plain("wasm", require)
}

export function plainTensorflow(): PlainEngine {
  const modules = join(tfjsNodeFolder, "tfjs-node-4.22.0-tf-2.21.0-napi8/node_modules")
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3"
  const require = createRequire(join(modules, "@tensorflow/tfjs/package.json"))
  createRequire(import.meta.url)(join(modules, "@tensorflow/tfjs-node"))
  return plain("tensorflow", require)
}

function plain(backend: string, require: NodeJS.Require): PlainEngine {
  return { backend, tf: require("@tensorflow/tfjs-core"), converter: require("@tensorflow/tfjs-converter") }
}

/** A model by TensorFlow.js's own loader. */
export async function loadPlain({ backend, tf, converter }: PlainEngine, files: GraphFiles): Promise<GraphModel> {
  await tf.setBackend(backend)
  const description = JSON.parse(new TextDecoder().decode(files.json))
  const artifacts = {
    modelTopology: description.modelTopology,
    signature: description.signature,
    userDefinedMetadata: description.userDefinedMetadata,
    modelInitializer: description.modelInitializer,
    initializerSignature: description.initializerSignature,
    weightSpecs: description.weightsManifest.flatMap((group: { weights: object[] }) => group.weights),
    weightData: new Uint8Array(Buffer.concat([...files.shards.values()])).buffer,
  }
  return converter.loadGraphModel(tf.io.fromMemory(artifacts))
}
