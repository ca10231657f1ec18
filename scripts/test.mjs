// npm test: set-up, then build, types, lint and tests of every package through turbo, then the packed packages.
// With --full, the slow suites run whole too, and their dated result is written to docs/results.
import { chromium } from "./lib/chromium.mjs"
import { debianTools } from "./lib/debian.mjs"
import { driverNames, fastDriverNames, openclDrivers } from "./lib/drivers.mjs"
import { onnxData } from "./lib/onnx-data.mjs"
import { collect, forget, record } from "./lib/results.mjs"
import { pythonRuntimes } from "./lib/runtimes.mjs"
import { install, python, turbo, zig } from "./lib/setup.mjs"
import { tfjsNode } from "./lib/tfjs-node.mjs"
import { vulkanDrivers } from "./lib/vulkan.mjs"

const full = process.argv.includes("--full")
install()
const interpreter = python()
const compiler = zig()
debianTools()
const drivers = openclDrivers(full ? driverNames : fastDriverNames)
const browser = chromium()
const vulkan = vulkanDrivers()
const tensorflow = await tfjsNode(compiler)
forget()

const environment = {
  ...(interpreter ? { STRONGROOM_PYTHON: interpreter } : {}),
  ...(compiler ? { STRONGROOM_ZIG: compiler } : {}),
  ...drivers,
  ...browser,
  ...vulkan,
  ...tensorflow,
  ...(full ? { STRONGROOM_FULL: "1", ...pythonRuntimes(), ...onnxData() } : {}),
}
const checks = ["build", "typecheck", "lint", "//#lint:root", "test"]
const green = turbo([...checks, "--continue", "--output-logs=new-only", "--concurrency=2"], environment)

console.log("\nTests")
const total = collect()
const { checkPackages } = await import("./lib/check-packages.mjs") // needs what install() installed
const packages = await checkPackages()
total.passed += packages.passed
total.failed += packages.failed
// A build, type or lint error that no test shows is a failure too.
if (!green && total.failed === 0) total.failed += 1

if (full) record("test-full", total)
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}`)
process.exitCode = total.failed === 0 ? 0 : 1
