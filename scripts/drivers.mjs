// node scripts/drivers.mjs [pocl] [intel-cpu] [intel-gpu]: installs the OpenCL drivers that tests run on, all where none is
// named, and prints the variable by which tests find them: `env "$(node scripts/drivers.mjs pocl)" npx turbo run test`.
import { driverNames, openclDrivers } from "./lib/drivers.mjs"
import { fail } from "./lib/setup.mjs"

const names = process.argv.slice(2)
const unknown = names.find((name) => !driverNames.includes(name))
if (unknown !== undefined) fail(`There is no driver ${unknown}. There are: ${driverNames.join(", ")}.`)
for (const [name, value] of Object.entries(openclDrivers(names.length > 0 ? names : driverNames)))
  console.log(`${name}=${value}`)
