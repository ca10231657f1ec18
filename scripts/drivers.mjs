// node scripts/drivers.mjs [pocl] [intel-cpu] [intel-gpu] [vulkan]: installs the drivers that tests run on, all where none is
// named, and prints the variables by which tests find them: `env "$(node scripts/drivers.mjs pocl)" npx turbo run test`.
import { driverNames, openclDrivers } from "./lib/drivers.mjs"
import { fail } from "./lib/setup.mjs"
import { vulkanDriver } from "./lib/vulkan.mjs"

const all = [...driverNames, "vulkan"]
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !all.includes(name))
if (unknown !== undefined) fail(`There is no driver ${unknown}. There are: ${all.join(", ")}.`)
const names = asked.length > 0 ? asked : all
const opencl = names.filter((name) => name !== "vulkan")
const variables = {
  ...(opencl.length > 0 && openclDrivers(opencl)),
  ...(names.includes("vulkan") && vulkanDriver()),
}
for (const [name, value] of Object.entries(variables)) console.log(`${name}=${value}`)
