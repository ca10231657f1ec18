// What every command of this repository needs first: a Node that is new enough, and the dependencies in package-lock.json.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const cache = join(root, ".cache")

/** One line per step, on standard error, so that standard output stays a result. */
export const say = (line) => process.stderr.write(`${line}\n`)

/** Ends the process with one line that says what to do. */
export function fail(line) {
  say(line)
  process.exit(1)
}

/** Runs a command with its output shown; true when it succeeded. */
export function runs(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options })
  if (done.error) say(`${command}: ${done.error.message}`)
  return done.status === 0
}

/** Runs turbo from node_modules: the same on every platform, and no global install. */
export const turbo = (args, env = {}) =>
  runs(process.execPath, [join(root, "node_modules/turbo/bin/turbo"), "run", ...args], {
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...env },
  })

/** Runs npm, whose name differs on Windows. */
export const npm = (args, options = {}) => runs("npm", args, { shell: process.platform === "win32", ...options })

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Strongroom needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer one and try again.`)
}

/** Installs what package-lock.json names, unless exactly that is installed. */
export function install() {
  checkNode()
  const marker = join(root, "node_modules", ".strongroom-lock")
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return
  say("Installing dependencies (npm ci) ...")
  if (!npm(["ci", "--no-progress", "--loglevel=error"])) fail("npm ci failed: see above.")
  writeFileSync(marker, wanted)
}

/** A Python that has what vectors/make.py needs, or undefined where there is no Python. In CI that is a failure. */
export const python = () =>
  virtualEnvironment("vectors/requirements.txt", "the independent reader of the vectors is skipped")

/**
 * A Python whose `-m ziglang` is the compiler that native/ is built with for release, or undefined where there is no Python.
 * In CI that is a failure.
 */
export const zig = () =>
  virtualEnvironment(
    "packages/vault/native/requirements.txt",
    "the vault's native part is built by this machine's compiler",
  )

/** Programs that tests of the vault use where they are there, and must find in CI; by Debian package. */
const tools = {
  gcc: "gcc",
  gdb: "gdb",
  "musl-gcc": "musl-tools",
  "qemu-aarch64": "qemu-user",
  "/usr/aarch64-linux-gnu/lib/libc.so.6": "libc6-arm64-cross",
}

/** Installs what is missing of {@link tools}, as root on Debian; elsewhere the tests say what they leave out. */
export function debianTools() {
  const missing = Object.entries(tools).filter(([name]) => !isThere(name))
  if (missing.length === 0 || process.platform !== "linux") return
  const packages = missing.map(([, name]) => name)
  const apt = process.getuid?.() === 0 && isThere("apt-get")
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: ["ignore", "ignore", "inherit"] }
  say(`Installing ${packages.join(", ")} ...`)
  if (apt && runs("apt-get", ["update", "-qq"], quiet) && runs("apt-get", ["install", "-y", "-qq", ...packages], quiet))
    return
  const line = `Some tests of the vault need ${packages.join(", ")}, which couldn't be installed.`
  if (process.env.CI) fail(line)
  say(`${line} They are skipped.`)
}

const isThere = (name) =>
  existsSync(name) || (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)))

/** A virtual environment under .cache that has what `requirements` lists. */
function virtualEnvironment(requirements, otherwise) {
  const wanted = readFileSync(join(root, requirements), "utf8")
  const folder = join(cache, "python", createHash("sha256").update(wanted).digest("hex").slice(0, 16))
  const inside = join(folder, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]))
  const marker = join(folder, "ready")
  if (existsSync(marker)) return inside
  say(`Setting up Python for ${requirements} ...`)
  const system = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0)
  const made =
    system !== undefined &&
    runs(system, ["-m", "venv", "--clear", folder]) &&
    runs(inside, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
  if (made) {
    writeFileSync(marker, "")
    return inside
  }
  if (process.env.CI) fail(`${requirements} needs Python 3.10 or newer with venv and pip.`)
  say(`No Python with venv and pip: ${otherwise}.`)
  return undefined
}
