// Another process of the same user, and nobody special: starts programs/opencl-vault.mjs, waits until PoCL in its vault runs
// ld, and goes into the vault's private directory by /proc/PID/cwd of that. Takes what the other program takes, and a library
// that takes the place of what ld links, or "" to leave that alone. Prints JSON: what files in the directory hold, in
// base64 by their paths, what the library has left there, and what the app printed.
import { spawn } from "node:child_process"
import { openSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const [asked, library] = process.argv.slice(2)
const app = spawn(process.execPath, [fileURLToPath(new URL("opencl-vault.mjs", import.meta.url)), asked], {
  stdio: ["ignore", "pipe", "inherit"],
})
let printed = ""
let running = true
app.stdout.on("data", (bytes) => {
  printed += bytes
})
app.on("exit", () => {
  running = false
})

/** Its folder stays open after ld, which lets in only while it runs. */
let directory
const found = {}
while (running) {
  if (directory === undefined) enter()
  if (directory !== undefined) look(directory, "")
  await new Promise((resolve) => setImmediate(resolve))
}
console.log(JSON.stringify({ found, printed }))

function enter() {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const [program = "", ...values] = attempt(() => readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0")) ?? []
    // The folder's name has the app's number.
    if (!program.endsWith("/ld") || !attempt(() => readlinkSync(`/proc/${pid}/cwd`))?.includes(`-${app.pid}-`)) continue
    const descriptor = attempt(() => openSync(`/proc/${pid}/cwd`, "r"))
    if (descriptor === undefined) continue
    directory = `/proc/self/fd/${descriptor}`
    if (library) attempt(() => replace(Number(pid), values[values.indexOf("-o") + 1] ?? ""))
  }
}

/** Once ld has opened what it writes, it doesn't notice that the name is another file's. */
function replace(pid, output) {
  const isOpen = () =>
    readdirSync(`/proc/${pid}/fd`).some((name) => attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`)) === output)
  writeFileSync(join(directory, "planted"), readFileSync(library))
  for (let open = false; !open; ) {
    process.kill(pid, "SIGSTOP")
    try {
      open = isOpen()
      if (open) renameSync(join(directory, "planted"), join(directory, "pocl/kcache", output.split("/").at(-1)))
    } finally {
      process.kill(pid, "SIGCONT")
    }
  }
}

function look(folder, path) {
  for (const entry of attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const [place, name] = [join(folder, entry.name), join(path, entry.name)]
    if (entry.isDirectory()) look(place, name)
    else if (entry.isFile() && attempt(() => statSync(place).size)) {
      const bytes = attempt(() => readFileSync(place, "base64"))
      if (bytes) found[name] = bytes
    }
  }
}

/** What goes while it is looked at isn't there. */
function attempt(action) {
  try {
    return action()
  } catch {
    return undefined
  }
}
