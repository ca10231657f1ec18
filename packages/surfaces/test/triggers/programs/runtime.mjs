// Runs a model on the library of a runtime: in this very process, or by runtime-engine.mjs in a vault. Takes JSON: where; the
// runtime, its library and the properties of a compilation; the input's shape; the model's file, in a folder with
// model.sealed, model.grant, model.key and publisher.pub; variables that the engine's own code sets in the vault. Prints what
// came of it.
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { openVault, tensor } from "@strongroom/vault"

const { where, runtime, library, properties, shape, folder, model, environment } = JSON.parse(process.argv[2])
const file = (name) => join(folder, name)
const elements = new Float32Array(shape.reduce((product, size) => product * size)).fill(0.5)

if (where === "plain") {
  const { run } = await import(`./${runtime}-library.mjs`)
  console.log(`ran: ${run(library, readFileSync(file(model)), { shape, elements }, properties).toString("hex")}`)
} else {
  const module = new URL("runtime-engine.mjs", import.meta.url).href
  // The last two are for what is cached: OpenVINO protects it, XLA writes it under another name first.
  const systemCalls = ["sched_setaffinity", "fchmodat", "rename"]
  const needs = { read: [dirname(library)], environment, systemCalls }
  try {
    const vault = await openVault({
      backend: { contract: 1, name: "runtime", module, options: { runtime, library, properties }, needs },
    })
    try {
      const session = await vault.load(file("model.sealed"), {
        grant: file("model.grant"),
        identity: { file: file("model.key") },
        trust: [file("publisher.pub")],
      })
      const { y } = await session.run({ x: tensor("float32", shape, elements) })
      console.log(`ran: ${Buffer.from(y.data.buffer, y.data.byteOffset, y.data.byteLength).toString("hex")}`)
    } finally {
      await vault.close()
    }
  } catch (error) {
    console.log(`refused: ${error.code ?? error.stack}`)
  }
}
