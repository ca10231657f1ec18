// npm run study [-- NAME ...] [--record]: installs, builds and runs the study of docs/what-a-kernel-cache-reveals.md; --record
// writes docs/results/study.json. Some 3 GB of drivers and runtimes come to .cache, and a case writes up to 3 GB.
import { join } from "node:path"
import { driverNames, openclDrivers } from "./lib/drivers.mjs"
import { pythonRuntimes } from "./lib/runtimes.mjs"
import { fail, install, root, runs, turbo, zig } from "./lib/setup.mjs"

install()
const compiler = zig()
const environment = compiler ? { STRONGROOM_ZIG: compiler } : {}
if (!turbo(["build", "--filter=@strongroom/study...", "--output-logs=errors-only"], environment))
  fail("The build failed: see above.")
const variables = { ...process.env, ...openclDrivers(driverNames), ...pythonRuntimes(["openvino", "tensorflow"]) }
const study = [join(root, "apps/study/dist/main.js"), ...process.argv.slice(2)]
if (!runs(process.execPath, study, { env: variables })) process.exitCode = 1
