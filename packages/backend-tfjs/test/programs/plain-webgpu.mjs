// TensorFlow.js on WebGPU as an app uses it, without anything of this project: loads a graph model from the folder named,
// runs it, and prints the outputs' bytes in base64.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { create, globals } from "webgpu"

const folder = process.argv[2]
const { inputs, outputs, isDynamic } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"))
for (const [name, value] of Object.entries(globals)) globalThis[name] ??= value
Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true })

const require = createRequire(import.meta.url)
const tf = require("@tensorflow/tfjs-core")
const { loadGraphModel } = require("@tensorflow/tfjs-converter")
require("@tensorflow/tfjs-backend-webgpu")
await tf.setBackend("webgpu")

const description = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"))
const groups = description.weightsManifest
const shards = groups.flatMap(({ paths }) => paths).map((path) => readFileSync(join(folder, path)))
const model = await loadGraphModel(
  tf.io.fromMemory({
    modelTopology: description.modelTopology,
    signature: description.signature,
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(shards)).buffer,
  }),
)
const arrays = { float32: Float32Array, int32: Int32Array }
const feeds = Object.entries(inputs).map(([name, { type, shape, data }]) => {
  const { buffer } = new Uint8Array(Buffer.from(data, "base64"))
  return [name, tf.tensor(new arrays[type](buffer), shape, type)]
})
const results = [await model[isDynamic ? "executeAsync" : "execute"](Object.fromEntries(feeds), outputs)].flat()
const values = await Promise.all(results.map((result) => result.data()))
console.log(
  JSON.stringify(
    values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString("base64")),
  ),
)
process.exit()
