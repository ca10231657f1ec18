// Starts the sample application as a user would, by npm start on a free port, and lets its own check read from it, also
// by OpenCL where the tests' driver for the CPU is installed.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import { openclDrivers } from "./lib/drivers.mjs"
import { root, runs, say } from "./lib/setup.mjs"

const { pocl } = JSON.parse(openclDrivers(["pocl"]).STRONGROOM_OPENCL_DRIVERS)
const deadline = 180_000

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  return port
}

async function answers(url, until, app) {
  while (Date.now() < until && app.exitCode === null) {
    try {
      return (await fetch(`${url}/api/report`)).ok
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  return false
}

const port = await freePort()
const url = `http://127.0.0.1:${port}`
const started = Date.now()
const app = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
  cwd: root,
  env: { ...process.env, ...pocl, PORT: String(port) },
  stdio: ["ignore", "inherit", "inherit"],
})
try {
  if (!(await answers(url, started + deadline, app))) {
    say(`The sample application did not answer within ${deadline / 1000} s.`)
    console.log("0 passed, 1 failed")
    process.exitCode = 1
  } else {
    say(`The sample application answered after ${((Date.now() - started) / 1000).toFixed(1)} s.`)
    const check = [join(root, "apps/demo/scripts/check.mjs"), url, ...(pocl ? ["--opencl"] : [])]
    if (!runs(process.execPath, check)) process.exitCode = 1
  }
} finally {
  app.kill("SIGTERM")
  await Promise.race([once(app, "exit"), new Promise((resolve) => setTimeout(resolve, 10_000))])
  app.kill("SIGKILL")
}
