import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { GraphModel } from "@tensorflow/tfjs-converter"
import type { TfjsCase, TfjsEngine } from "./case.js"

interface Modules {
  readonly tf: typeof import("@tensorflow/tfjs-core")
  readonly converter: typeof import("@tensorflow/tfjs-converter")
}

/** TensorFlow.js as an app has it, with the engine started. */
export async function plainTensorflow({ engine, options, tfjsNode = "" }: TfjsCase): Promise<Modules> {
  const modules = await start[engine](tfjsNode, options.vulkan?.libraries ?? [])
  const names = { wasm: "wasm", "tfjs-node": "tensorflow", webgpu: "webgpu" } as const
  if (!(await modules.tf.setBackend(names[engine]))) throw new Error(`${engine} can't be started.`)
  return modules
}

const here = createRequire(import.meta.url)
const loaded = (require: NodeJS.Require): Modules => ({
  tf: require("@tensorflow/tfjs-core"),
  converter: require("@tensorflow/tfjs-converter"),
})

const start: Record<TfjsEngine, (tfjsNode: string, libraries: readonly string[]) => Promise<Modules>> = {
  async wasm() {
    here("@tensorflow/tfjs-backend-wasm")
    return loaded(here)
  },
  async "tfjs-node"(tfjsNode) {
    const modules = join(tfjsNode, "node_modules")
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "3"
    here(join(modules, "@tensorflow/tfjs-node"))
    return loaded(createRequire(join(modules, "@tensorflow/tfjs/package.json")))
  },
  async webgpu(_tfjsNode, libraries) {
    const { default: koffi } = await import("koffi")
    for (const path of libraries) koffi.load(path, { global: true })
    const { create, globals } = await import("webgpu")
    Object.assign(globalThis, globals)
    Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true })
    here("@tensorflow/tfjs-backend-webgpu")
    return loaded(here)
  },
}

/** From files, as tfjs-node's own `file://` does, which the other engines lack in Node. */
export function loadFromFiles({ converter }: Modules, path: string): Promise<GraphModel> {
  return converter.loadGraphModel({
    async load() {
      const { modelTopology, signature, userDefinedMetadata, weightsManifest } = JSON.parse(
        await readFile(path, "utf8"),
      )
      const groups = weightsManifest as readonly { readonly paths: string[]; readonly weights: [] }[]
      const shards = groups.flatMap(({ paths }) => paths).map((shard) => readFile(join(dirname(path), shard)))
      const weightData = new Uint8Array(Buffer.concat(await Promise.all(shards))).buffer
      const weightSpecs = groups.flatMap(({ weights }) => weights)
      return { modelTopology, signature, userDefinedMetadata, weightSpecs, weightData }
    },
  })
}
