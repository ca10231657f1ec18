// Runs a model on ONNX Runtime: in this very process, or by a careless engine in a vault. Takes JSON: where, the options of
// the session, and the folder with model.onnx, model.sealed, model.grant, model.key and publisher.pub. Prints what came of it.
import { join } from "node:path"
import { openVault, tensor } from "@strongroom/vault"
import * as ort from "onnxruntime-node"

const { where, folder, sessionOptions } = JSON.parse(process.argv[2])
const file = (name) => join(folder, name)
const elements = new Float32Array(64).fill(1)

if (where === "plain") {
  const session = await ort.InferenceSession.create(file("model.onnx"), sessionOptions)
  const { y } = await session.run({ x: new ort.Tensor("float32", elements, [64]) })
  if (sessionOptions.enableProfiling) session.endProfiling()
  await session.release()
  console.log(`ran: ${y.data.length}`)
} else {
  const module = new URL("careless-engine.mjs", import.meta.url).href
  const needs = { systemCalls: ["sched_setaffinity"] }
  const vault = await openVault({
    backend: { contract: 1, name: "careless", module, options: sessionOptions, needs },
  })
  try {
    const session = await vault.load(file("model.sealed"), {
      grant: file("model.grant"),
      identity: { file: file("model.key") },
      trust: [file("publisher.pub")],
    })
    const { y } = await session.run({ x: tensor("float32", [64], elements) })
    console.log(`ran: ${y.data.length}`)
  } catch (error) {
    console.log(`refused: ${error.code}`)
  } finally {
    await vault.close()
  }
}
