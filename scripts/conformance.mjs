// npm run conformance [-- --engine opencl|opencl-gpu-kernels|onnxruntime] [--driver pocl|intel-cpu] [--filter PATTERN]
// [--json FILE] [--record] [--timeout SECONDS] [--processes N]: installs, builds and runs ONNX's backend tests
// (apps/conformance), on one OpenCL driver; --record writes docs/results/conformance.json.
import { join } from "node:path"
import { parseArgs } from "node:util"
import { driverNames, openclDrivers } from "./lib/drivers.mjs"
import { onnxData } from "./lib/onnx-data.mjs"
import { fail, install, root, runs, turbo } from "./lib/setup.mjs"

const given = process.argv.slice(2)
const { engine = "opencl", driver = "pocl" } = parseArgs({
  args: given,
  strict: false,
  options: { engine: { type: "string" }, driver: { type: "string" } },
}).values
if (!driverNames.includes(driver)) fail(`There is no driver ${driver}. There are: ${driverNames.join(", ")}.`)
install()
if (!turbo(["build", "--filter=@strongroom/conformance...", "--output-logs=errors-only"]))
  fail("The build failed: see above.")
const data = onnxData()
if (!data.STRONGROOM_ONNX_DATA) fail("ONNX's backend tests need a Python with venv and pip, and PyPI.")
const drivers = engine.startsWith("opencl") ? openclDrivers([driver]) : {}
const command = [join(root, "apps/conformance/dist/main.js"), ...given]
if (!runs(process.execPath, command, { env: { ...process.env, ...data, ...drivers } })) process.exitCode = 1
