// npm test [-- NAME ...]: set-up, then build, types, lint and tests of every package through turbo, then the packed packages;
// or of the packages and apps NAME alone. With --full, the slow suites run whole too, and their dated result is written to
// docs/results/test-full.json.
import { basename } from "node:path"
import { chromium } from "./lib/chromium.mjs"
import { debianTools } from "./lib/debian.mjs"
import { driverNames, fastDriverNames, openclDrivers } from "./lib/drivers.mjs"
import { onnxData } from "./lib/onnx-data.mjs"
import { collect, forget, record, sayFailures, sums, tested } from "./lib/results.mjs"
import { pythonRuntimes } from "./lib/runtimes.mjs"
import { fail, install, python, turbo, zig } from "./lib/setup.mjs"
import { tfjsNode } from "./lib/tfjs-node.mjs"
import { vulkanDrivers } from "./lib/vulkan.mjs"

const full = process.argv.includes("--full")
const names = process.argv.slice(2).filter((argument) => argument !== "--full")
const nameOf = ({ path }) => basename(path)
const known = tested().map(nameOf)
const unknown = names.find((name) => !known.includes(name))
if (unknown !== undefined) fail(`No tests are called ${unknown}. There are: ${known.join(", ")}.`)
const chosen = tested().filter((one) => names.length === 0 || names.includes(nameOf(one)))
install()
const interpreter = python()
const compiler = zig()
debianTools()
const drivers = openclDrivers(full ? driverNames : fastDriverNames)
const browser = chromium()
const vulkan = vulkanDrivers()
const tensorflow = await tfjsNode(compiler)
forget(chosen)

const environment = {
  ...(interpreter ? { STRONGROOM_PYTHON: interpreter } : {}),
  ...(compiler ? { STRONGROOM_ZIG: compiler } : {}),
  ...drivers,
  ...browser,
  ...vulkan,
  ...tensorflow,
  ...(full ? { STRONGROOM_FULL: "1", ...pythonRuntimes(), ...onnxData() } : {}),
}
const checks = ["build", "typecheck", "lint", ...(names.length === 0 ? ["//#lint:root"] : []), "test"]
const filters = names.length === 0 ? [] : chosen.map(({ name }) => `--filter=./${name}`)
const green = turbo([...checks, ...filters, "--continue", "--output-logs=new-only", "--concurrency=2"], environment)

console.log("\nTests")
const rows = collect(chosen)
const packed = "packed packages"
if (names.length === 0) {
  const { checkPackages } = await import("./lib/check-packages.mjs") // needs what install() installed
  rows.push({ name: packed, ...(await checkPackages()), skipped: 0 })
}
if (full) record(rows, [...tested().map(({ name }) => name), packed])

// Last, where a log that is cut keeps it.
sayFailures(chosen)

const { passed, failed, skipped } = sums(rows)
// A build, type or lint error that no test shows is a failure too, and so is an error outside of every test.
const others = !green && failed === 0 ? 1 : 0
if (others) console.log('\nAll tests passed, but not the build, types, lint or a runner: see the line "Failed:" above.')
console.log(`\n${passed} passed, ${failed + others} failed${skipped ? `, ${skipped} skipped` : ""}`)
process.exitCode = failed + others === 0 ? 0 : 1
