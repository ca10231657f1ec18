// Runs a sealed TF.js model on WebGPU in a vault. Takes JSON: the folder with model.sealed, model.grant, model.key and
// publisher.pub; how tfjs() finds Vulkan; variables that its code sets besides. Prints what came of it.
import { join } from "node:path"
import { tfjs } from "@strongroom/backend-tfjs"
import { openVault, tensor } from "@strongroom/vault"

const { folder, vulkan, environment } = JSON.parse(process.argv[2])
const backend = tfjs({ engine: "webgpu", vulkan })
const needs = { ...backend.needs, environment: { ...backend.needs.environment, ...environment } }
try {
  const vault = await openVault({ backend: { ...backend, needs } })
  try {
    const session = await vault.load(join(folder, "model.sealed"), {
      grant: join(folder, "model.grant"),
      identity: { file: join(folder, "model.key") },
      trust: [join(folder, "publisher.pub")],
    })
    const { y } = await session.run({ x: tensor("float32", [2048], new Float32Array(2048).fill(1)) })
    console.log(`ran: ${Buffer.from(y.data.buffer, y.data.byteOffset, 16).toString("hex")}`)
  } finally {
    await vault.close()
  }
} catch (error) {
  console.log(`refused: ${error.code ?? error.stack}`)
}
