// An app that opens a sealed model and runs it on PoCL: in a vault, or without one. Takes JSON: where, cache, drivers,
// library, the name and shape of the model's input, and the folder with model.sealed, model.grant, model.key and
// publisher.pub.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, openInProcess } from "@strongroom/core"
import { openVault, tensor } from "@strongroom/vault"

const { where, cache, folder, input, ...options } = JSON.parse(process.argv[2])
const read = (name) => readFileSync(join(folder, name))
const grant = read("model.grant")
const trust = [read("publisher.pub").toString()]
const backend = opencl(options)
const count = input.shape.reduce((product, length) => product * length, 1)
const elements = Array.from({ length: count }, (_, index) => index + 1)
const inputs = { [input.name]: tensor("float32", input.shape, elements) }
const show = (outputs) =>
  console.log(
    Object.values(outputs)
      .map(({ data }) => [...data].join(" "))
      .join("\n"),
  )

if (where === "vault") {
  const vault = await openVault({ backend, cache })
  const identity = { file: join(folder, "model.key") }
  const session = await vault.load(join(folder, "model.sealed"), { grant, identity, trust })
  show(await session.run(inputs))
  await vault.close()
} else {
  const identity = read("model.key").toString()
  const session = await openInProcess(backend, bytesSource(read("model.sealed")), { grant, identity, trust })
  show(await session.run(inputs))
  await session.close()
}
