// npm run fuzz [-- --minutes 60] [--seed N] [--first N]: damages real ONNX models, those of ONNX's wheel with them, and has
// packages/backend-opencl read them for an hour. A failure names the seed and the input: with them as --seed and --first it
// comes at once.
import { join } from "node:path"
import { parseArgs } from "node:util"
import { onnxData } from "./lib/onnx-data.mjs"
import { fail, install, root, runs, turbo } from "./lib/setup.mjs"

const {
  minutes = "60",
  seed,
  first,
} = parseArgs({
  options: { minutes: { type: "string" }, seed: { type: "string" }, first: { type: "string" } },
}).values
if (!(Number(minutes) > 0)) fail(`--minutes is a number above 0, not ${minutes}.`)
install()
if (!turbo(["build", "--filter=@strongroom/backend-opencl...", "--output-logs=errors-only"]))
  fail("The build failed: see above.")
const environment = {
  ...process.env,
  ...onnxData(),
  STRONGROOM_FUZZ_SECONDS: String(Number(minutes) * 60),
  ...(seed !== undefined && { STRONGROOM_FUZZ_SEED: seed }),
  ...(first !== undefined && { STRONGROOM_FUZZ_FIRST: first }),
}
const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/onnx/fuzz.test.ts"]
const options = { cwd: join(root, "packages/backend-opencl"), env: environment }
if (!runs(process.execPath, vitest, options)) process.exitCode = 1
