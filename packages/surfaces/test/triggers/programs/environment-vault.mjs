// Prints what environment-engine.mjs tells of a variable of this process in a vault. Takes the variable's name and the folder
// with model.sealed, model.grant, model.key and publisher.pub.
import { join } from "node:path"
import { openVault } from "@strongroom/vault"

const [app, folder] = process.argv.slice(2)
const module = new URL("environment-engine.mjs", import.meta.url).href
const vault = await openVault({ backend: { contract: 1, name: "environment", module, options: { app } } })
try {
  const session = await vault.load(join(folder, "model.sealed"), {
    grant: join(folder, "model.grant"),
    identity: { file: join(folder, "model.key") },
    trust: [join(folder, "publisher.pub")],
  })
  const { facts } = await session.run({})
  console.log(facts.data[0])
} finally {
  await vault.close()
}
