// An app that opens a sealed bundle and runs it on PoCL: in a vault, or without one. Takes JSON: where, cache, drivers,
// library, and the folder with model.sealed, model.grant, model.key and publisher.pub.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { bytesSource, openInProcess } from "@strongroom/core"
import { openVault, tensor } from "@strongroom/vault"

const { where, cache, folder, ...options } = JSON.parse(process.argv[2])
const read = (name) => readFileSync(join(folder, name))
const grant = read("model.grant")
const trust = [read("publisher.pub").toString()]
const backend = opencl(options)
const inputs = { x: tensor("float32", [4], [1, 2, 3, 4]) }

if (where === "vault") {
  const vault = await openVault({ backend, cache })
  const identity = { file: join(folder, "model.key") }
  const session = await vault.load(join(folder, "model.sealed"), { grant, identity, trust })
  console.log([...(await session.run(inputs)).y.data].join(" "))
  await vault.close()
} else {
  const identity = read("model.key").toString()
  const session = await openInProcess(backend, bytesSource(read("model.sealed")), { grant, identity, trust })
  console.log([...(await session.run(inputs)).y.data].join(" "))
  await session.close()
}
