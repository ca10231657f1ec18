// Prints the names of Vulkan's devices: asked by this very process, or by vulkan-engine.mjs in a vault. Takes JSON: where; the
// loader's library; for a vault the driver's manifest, and the folder with model.sealed, model.grant, model.key and
// publisher.pub.
import { dirname, join } from "node:path"
import { openVault } from "@strongroom/vault"
import { deviceNames } from "./vulkan-library.mjs"

const { where, library, driver, folder } = JSON.parse(process.argv[2])

if (where === "plain") {
  console.log(deviceNames(library).join())
} else {
  const module = new URL("vulkan-engine.mjs", import.meta.url).href
  const needs = { read: [dirname(library), dirname(driver)], environment: { VK_DRIVER_FILES: driver } }
  const vault = await openVault({ backend: { contract: 1, name: "vulkan", module, options: { library }, needs } })
  try {
    const session = await vault.load(join(folder, "model.sealed"), {
      grant: join(folder, "model.grant"),
      identity: { file: join(folder, "model.key") },
      trust: [join(folder, "publisher.pub")],
    })
    const { devices } = await session.run({})
    console.log(devices.data.join())
  } finally {
    await vault.close()
  }
}
