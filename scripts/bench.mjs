// npm run bench [-- NAME ...] [--record]: installs, builds and runs the benchmarks; --record writes docs/results/bench.json.
import { join } from "node:path"
import { fastDriverNames, openclDrivers } from "./lib/drivers.mjs"
import { fail, install, root, runs, turbo } from "./lib/setup.mjs"

install()
if (!turbo(["build", "--filter=@strongroom/bench", "--output-logs=errors-only"])) fail("The build failed: see above.")
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const onDrivers = ["opencl-binding", "audit", "cache"]
const needsDrivers = names.length === 0 || names.some((name) => onDrivers.includes(name))
const drivers = needsDrivers ? openclDrivers(fastDriverNames) : {}
const bench = [join(root, "apps/bench/dist/main.js"), ...process.argv.slice(2)]
if (!runs(process.execPath, bench, { env: { ...process.env, ...drivers } })) process.exitCode = 1
