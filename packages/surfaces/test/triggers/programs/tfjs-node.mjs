// Runs a model of TensorFlow.js on tfjs-node: a graph model in this very process; a sealed SavedModel in this process, by a
// folder that it writes to the working directory; or what is sealed by the backend in a vault. Takes JSON: where;
// the folder in which tfjs-node was set up; the folder with model.json, weights.bin, model.sealed, model.grant, model.key and
// publisher.pub; variables that the backend's own code sets in the vault. Prints what came of it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { bytesSource, openSealedModel } from "@strongroom/core"
import { openVault, tensor } from "@strongroom/vault"

const { where, setupFolder, folder, environment } = JSON.parse(process.argv[2])
const file = (name) => join(folder, name)
const elements = new Float32Array(8).fill(0.5)
const print = ({ buffer, byteOffset, byteLength }) =>
  console.log(`ran: ${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}`)

const backend = tfjs({ engine: "tfjs-node", setupFolder })
const loadTensorflow = () => createRequire(import.meta.url)(backend.options.found[0].place)
if (where === "plain") {
  const tf = loadTensorflow()
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(file("model.json"), "utf8"))
  const weightData = new Uint8Array(readFileSync(file("weights.bin"))).buffer
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData }
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts))
  print(model.execute({ x: tf.tensor(elements, [1, 8]) }).dataSync())
} else if (where === "saved-model") {
  // As an app has to that uses tfjs-node's own function.
  const sealed = await openSealedModel(bytesSource(readFileSync(file("model.sealed"))), {
    grant: readFileSync(file("model.grant")),
    identity: readFileSync(file("model.key"), "utf8"),
    trust: [readFileSync(file("publisher.pub"), "utf8")],
  })
  for (const part of sealed.parts) {
    if (part.name === "strongroom-signature.json") continue
    mkdirSync(dirname(join("model", part.name)), { recursive: true })
    writeFileSync(join("model", part.name), await part.bytes())
  }
  await sealed.close()
  const tf = loadTensorflow()
  const model = await tf.node.loadSavedModel("model", ["serve"], "serving_default")
  print(Object.values(model.predict({ x: tf.tensor(elements, [1, 8]) }))[0].dataSync())
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
