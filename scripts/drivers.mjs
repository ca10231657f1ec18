// node scripts/drivers.mjs [pocl] [intel-cpu] [intel-gpu] [chromium] [vulkan]: installs the drivers and the browser that
// tests run on, all where none is named, and prints the variables by which tests find them:
// `env "$(node scripts/drivers.mjs pocl)" npx turbo run test`.
import { chromium } from "./lib/chromium.mjs"
import { driverNames, openclDrivers } from "./lib/drivers.mjs"
import { fail } from "./lib/setup.mjs"
import { vulkanDrivers } from "./lib/vulkan.mjs"

const names = process.argv.slice(2)
const known = [...driverNames, "chromium", "vulkan"]
const unknown = names.find((name) => !known.includes(name))
if (unknown !== undefined) fail(`There is no driver ${unknown}. There are: ${known.join(", ")}.`)
const wanted = names.length > 0 ? names : known
const drivers = wanted.filter((name) => driverNames.includes(name))
const variables = {
  ...(drivers.length > 0 && openclDrivers(drivers)),
  ...(wanted.includes("chromium") && chromium()),
  ...(wanted.includes("vulkan") && vulkanDrivers()),
}
for (const [name, value] of Object.entries(variables)) console.log(`${name}=${value}`)
