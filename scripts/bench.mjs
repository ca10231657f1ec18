// npm run bench [-- NAME ...] [--full] [--record]: installs, builds and runs the benchmarks; --record writes
// docs/results/bench.json.
import { join } from "node:path"
import { fastDriverNames, openclDrivers } from "./lib/drivers.mjs"
import { onnxData } from "./lib/onnx-data.mjs"
import { pythonRuntimes } from "./lib/runtimes.mjs"
import { fail, install, root, runs, turbo, zig } from "./lib/setup.mjs"
import { tfjsNode } from "./lib/tfjs-node.mjs"
import { vulkanDrivers } from "./lib/vulkan.mjs"

install()
if (!turbo(["build", "--filter=@strongroom/bench", "--output-logs=errors-only"])) fail("The build failed: see above.")
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
const asks = (...benches) => names.length === 0 || names.some((name) => benches.includes(name))
const isFull = process.argv.includes("--full")
const driverNames = isFull && asks("opencl") ? [...fastDriverNames, "intel-cpu"] : fastDriverNames
const environment = {
  ...process.env,
  ...(asks("opencl-binding", "audit", "cache", "opencl") && openclDrivers(driverNames)),
  ...(asks("opencl") && onnxData()),
  ...(asks("tfjs", "tfjs-node") && (await tfjsNode(zig()))),
  ...(asks("tfjs", "tfjs-webgpu") && vulkanDrivers()),
  ...(isFull && asks("opencl") && pythonRuntimes(["openvino"])),
}
const bench = [join(root, "apps/bench/dist/main.js"), ...process.argv.slice(2)]
if (!runs(process.execPath, bench, { env: environment })) process.exitCode = 1
