// Opens a sealed model in a vault and runs it. Takes JSON: the folder with model.sealed, model.grant, model.key and
// publisher.pub; the backend, "onnxruntime" or "opencl", its options, what it needs of the environment.
import { join } from "node:path"
import { onnxruntime } from "@strongroom/backend-onnxruntime"
import { opencl } from "@strongroom/backend-opencl"
import { openVault, tensor } from "@strongroom/vault"

const { folder, name, options, environment = {} } = JSON.parse(process.argv[2])
const file = (part) => join(folder, part)
const backend = name === "opencl" ? opencl(options) : onnxruntime()
const needs = { ...backend.needs, environment: { ...backend.needs?.environment, ...environment } }
const vault = await openVault({ backend: { ...backend, needs } })
try {
  const session = await vault.load(file("model.sealed"), {
    grant: file("model.grant"),
    identity: { file: file("model.key") },
    trust: [file("publisher.pub")],
  })
  await session.run({ x: tensor("float32", [1, 3, 48, 320], new Float32Array(3 * 48 * 320).fill(0.5)) })
  console.log("version: vault")
} finally {
  await vault.close()
}
