// npm run fuzz [-- engine] [--minutes 60] [--seed N] [--first N] [--filter PART]: damages real ONNX models, those of ONNX's
// wheel with them, and has packages/backend-opencl read them for an hour. With `engine` it changes cases of ONNX's wheel, one
// operator each, and has the engine run them on PoCL, whose buffers are fenced where there is a C compiler; what it takes is
// compared with ONNX Runtime's results. A failure names the seed and the input: with them as --seed and --first it comes at
// once.
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openclDrivers } from "./lib/drivers.mjs"
import { onnxData } from "./lib/onnx-data.mjs"
import { fail, install, root, runs, turbo } from "./lib/setup.mjs"

const text = { type: "string" }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: text, seed: text, first: text, filter: text },
})
const { minutes = "60", seed, first, filter } = values
const [what = "reader", ...more] = positionals
if (!["reader", "engine"].includes(what) || more.length > 0) fail("It is npm run fuzz, or npm run fuzz -- engine.")
const isEngine = what === "engine"
if (!(Number(minutes) > 0)) fail(`--minutes is a number above 0, not ${minutes}.`)
install()
if (!turbo(["build", "--filter=@strongroom/backend-opencl...", "--output-logs=errors-only"]))
  fail("The build failed: see above.")
const data = onnxData()
if (isEngine && !data.STRONGROOM_ONNX_DATA) fail("ONNX's backend tests need a Python with venv and pip, and PyPI.")
const environment = {
  ...process.env,
  ...data,
  ...(isEngine && openclDrivers(["pocl"])),
  STRONGROOM_FUZZ_SECONDS: String(Number(minutes) * 60),
  ...(seed !== undefined && { STRONGROOM_FUZZ_SEED: seed }),
  ...(first !== undefined && { STRONGROOM_FUZZ_FIRST: first }),
  ...(filter !== undefined && { STRONGROOM_FUZZ_FILTER: filter }),
}
const vitest = [
  join(root, "node_modules/vitest/vitest.mjs"),
  "run",
  isEngine ? "test/fuzz/engine.test.ts" : "test/onnx/fuzz.test.ts",
]
const options = { cwd: join(root, "packages/backend-opencl"), env: environment }
if (!runs(process.execPath, vitest, options)) process.exitCode = 1
