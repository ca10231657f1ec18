// Another process of the same user, and nobody special: starts programs/opencl-vault.mjs, waits until PoCL in its vault
// links, and tries to go into the vault's private directory by /proc/PID/cwd of the linker, or of any other process of the
// vault. Takes what the other program takes, and a library that takes the place of what is linked, or "" to leave that
// alone. Prints JSON: what files in the directory hold, in base64 by their paths, what the library has left there; how many
// processes the vault had made when they were tried; and what the app printed.
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

/** Its folder would stay open after the linker, which would let in only while it runs. */
let directory
const found = {}
const linkers = new Set()
while (running) {
  if (directory === undefined) enter()
  if (directory !== undefined) look(directory, "")
  await new Promise((resolve) => setImmediate(resolve))
}
console.log(JSON.stringify({ found, linkers: linkers.size, printed }))

function enter() {
  const parents = new Map()
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"))
    parents.set(pid, stat?.slice(stat.lastIndexOf(")") + 4).split(" ")[0])
  }
  for (const pid of parents.keys()) {
    // The app, the jail's outer half, the vault, and what the vault makes.
    const depth = depthOf(pid, parents)
    if (depth === 3) linkers.add(pid)
    // The folder's name has the app's number. The jail's outer half is in the empty one that the vault's covers.
    if (depth < 2 || !attempt(() => readlinkSync(`/proc/${pid}/cwd`))?.includes(`-${app.pid}-`)) continue
    const descriptor = attempt(() => openSync(`/proc/${pid}/cwd`, "r"))
    if (descriptor === undefined) continue
    directory = `/proc/self/fd/${descriptor}`
    const values = attempt(() => readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0")) ?? []
    if (library) attempt(() => replace(Number(pid), values[values.indexOf("-o") + 1] ?? ""))
  }
}

/** How far below the app; -1 for what isn't. */
function depthOf(pid, parents) {
  let depth = 0
  for (let at = pid; at !== undefined && at !== "0"; at = parents.get(at), depth += 1) {
    if (at === String(app.pid)) return depth
  }
  return -1
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
