// Runs a graph model of TensorFlow.js on tfjs-node: in this very process, or by the backend in a vault. Takes JSON: where;
// the folder in which tfjs-node was set up; the folder with model.json, weights.bin, model.sealed, model.grant, model.key and
// publisher.pub; variables that the backend's own code sets in the vault. Prints what came of it.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { openVault, tensor } from "@strongroom/vault"

const { where, setupFolder, folder, environment } = JSON.parse(process.argv[2])
const file = (name) => join(folder, name)
const elements = new Float32Array(8).fill(0.5)
const print = ({ buffer, byteOffset, byteLength }) =>
  console.log(`ran: ${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}`)

const backend = tfjs({ engine: "tfjs-node", setupFolder })
if (where === "plain") {
  const { place } = backend.options.found[0]
  const tf = createRequire(import.meta.url)(place)
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(file("model.json"), "utf8"))
  const weightData = new Uint8Array(readFileSync(file("weights.bin"))).buffer
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData }
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts))
  print(model.execute({ x: tf.tensor(elements, [1, 8]) }).dataSync())
} else {
  const needs = { ...backend.needs, environment: { ...backend.needs.environment, ...environment } }
  try {
    const vault = await openVault({ backend: { ...backend, needs } })
    try {
      const session = await vault.load(file("model.sealed"), {
        grant: file("model.grant"),
        identity: { file: file("model.key") },
        trust: [file("publisher.pub")],
      })
      const outputs = await session.run({ x: tensor("float32", [1, 8], elements) })
      print(Object.values(outputs)[0].data)
    } finally {
      await vault.close()
    }
  } catch (error) {
    console.log(`refused: ${error.code ?? error.stack}`)
  }
}
