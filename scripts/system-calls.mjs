// node scripts/system-calls.mjs [BACKEND...]: which system calls a vault makes once its engine has been made, by itself and with each
// backend, seen by strace (Debian's) from outside, as root: the source of packages/vault/src/os/running-calls.ts and of the
// backends' needs.systemCalls. What other C libraries, Node versions and arm64 call in their place is added there by hand.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { fail, say } from "./lib/setup.mjs"
import { vulkanDrivers } from "./lib/vulkan.mjs"

if (process.getuid?.() !== 0 || spawnSync("strace", ["-V"]).status !== 0) fail("This needs root, on Linux, and strace.")

// Vulkan's drivers for tests, under TensorFlow.js on WebGPU.
const webgpu = JSON.parse(process.env.STRONGROOM_VULKAN_DRIVERS ?? vulkanDrivers().STRONGROOM_VULKAN_DRIVERS)
process.env.STRONGROOM_VULKAN_DRIVERS = JSON.stringify(webgpu)

const workload = fileURLToPath(new URL("lib/vault-workload.mjs", import.meta.url))

/** Names of the calls of `workload`'s process while it works: of its vault's, or its own, as it says. */
async function trace(...arguments_) {
  const folder = mkdtempSync(join(tmpdir(), "system-calls-"))
  const app = spawn(process.execPath, [workload, ...arguments_], { stdio: ["pipe", "pipe", "inherit"] })
  const [line] = await once(app.stdout, "data")
  const log = join(folder, "log")
  const tracer = spawn("strace", ["-f", "-qq", "-o", log, "-p", String(line).trim()], {
    stdio: ["ignore", "ignore", "inherit"],
  })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  app.stdin.end("go\n")
  const [code] = await once(app, "exit")
  if (code !== 0) fail(`The workload ${arguments_.join(" ")} failed.`)
  if (tracer.exitCode === null) await once(tracer, "exit")
  const names = readFileSync(log, "latin1").matchAll(/^\d+ +(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed>)/gm)
  rmSync(folder, { recursive: true })
  return [...new Set([...names].map(([, name]) => name))].sort()
}

const own = await trace("vault", "echo")
say(`A vault by itself, ${own.length}:`)
console.log(own.join(" "))
const names = ["onnxruntime", "tfjs", "opencl", "swiftshader", "lavapipe"]
for (const backend of process.argv.length > 2 ? process.argv.slice(2) : names) {
  const inVault = await trace("vault", backend)
  // Its suite has a writer in TypeScript, and runs in the package's tests; drivers are this machine's.
  const conformance = backend === "opencl" || backend in webgpu ? [] : await trace("conformance", backend)
  const added = [...new Set([...inVault, ...conformance])].filter((name) => !own.includes(name)).sort()
  say(`${backend} adds ${added.length} (conformance in-process: its own reading of files is among them):`)
  console.log(added.join(" "))
}
