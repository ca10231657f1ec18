// npm run bench [-- NAME ...] [--record]: installs, builds and runs the benchmarks; --record writes docs/results/bench.json.
import { join } from "node:path"
import { fail, install, root, runs, turbo } from "./lib/setup.mjs"

install()
if (!turbo(["build", "--filter=@strongroom/bench", "--output-logs=errors-only"])) fail("The build failed: see above.")
if (!runs(process.execPath, [join(root, "apps/bench/dist/main.js"), ...process.argv.slice(2)])) process.exitCode = 1
