// What every command of this repository needs first: a Node that is new enough, and the dependencies in package-lock.json.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
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

/**
 * The interpreter of a virtual environment under .cache that has what the file `requirements` lists, or undefined where
 * there is no Python, after a line that ends with `otherwise`. In CI that is a failure. `flags` are pip's.
 */
export function virtualEnvironment(requirements, otherwise, flags = []) {
  const wanted = readFileSync(join(root, requirements), "utf8")
  const folder = join(cache, "python", createHash("sha256").update(wanted).digest("hex").slice(0, 16))
  const inside = join(folder, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]))
  const marker = join(folder, "ready")
  if (existsSync(marker)) return inside
  say(`Setting up Python for ${requirements} ...`)
  const system = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0)
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...flags, "-r", requirements]
  const aside = { stdio: ["ignore", 2, "inherit"] }
  const made =
    system !== undefined && runs(system, ["-m", "venv", "--clear", folder], aside) && runs(inside, pip, aside)
  if (made) {
    writeFileSync(marker, "")
    return inside
  }
  if (process.env.CI) fail(`${requirements} needs Python 3.10 or newer with venv and pip.`)
  say(`No Python with venv and pip: ${otherwise}.`)
  return undefined
}
