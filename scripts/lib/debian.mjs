// What comes from Debian (or Ubuntu): installed for everybody as root, or unpacked for one user.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fail, runs, say } from "./setup.mjs"

/** Programs that tests use where they are there, and must find in CI; by Debian package. */
const tools = {
  clinfo: "clinfo",
  gcc: "gcc",
  gdb: "gdb",
  "musl-gcc": "musl-tools",
  "qemu-aarch64": "qemu-user",
  "/usr/aarch64-linux-gnu/lib/libc.so.6": "libc6-arm64-cross",
}

const quiet = {
  env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  stdio: ["ignore", "ignore", "inherit"],
}

/** Installs what is missing of {@link tools}, as root on Debian; elsewhere the tests say what they leave out. */
export function debianTools() {
  const missing = Object.entries(tools).filter(([name]) => !isThere(name))
  if (missing.length === 0 || process.platform !== "linux") return
  const packages = missing.map(([, name]) => name)
  if (aptInstall(packages)) return
  const line = `Some tests need ${packages.join(", ")}, which couldn't be installed.`
  if (process.env.CI) fail(line)
  say(`${line} They are skipped.`)
}

/** Installs packages for the whole machine. True when that is done; false also for who may not. `flags` are apt-get's. */
export function aptInstall(packages, flags = []) {
  if (process.getuid?.() !== 0 || !isThere("apt-get")) return false
  say(`Installing ${packages.join(", ")} ...`)
  const install = ["install", "-y", "-qq", ...flags, ...packages]
  return runs("apt-get", ["update", "-qq"], quiet) && runs("apt-get", install, quiet)
}

/**
 * Unpacks packages, and what they need that this machine lacks, below `folder`/root: as any user, and without a change to
 * the machine. True when that is done. `flags` are apt-get's.
 */
export function aptUnpack(packages, folder, flags = []) {
  if (!isThere("apt-get") || !isThere("dpkg-deb")) return false
  say(`Unpacking ${packages.join(", ")} ...`)
  const [lists, cache] = [join(folder, "lists"), join(folder, "cache")]
  for (const name of [join(lists, "partial"), join(cache, "archives/partial")]) mkdirSync(name, { recursive: true })
  // Lists of one's own, because an ordinary user can't renew the machine's, and an image may have none.
  const own = [
    "-qq",
    "-o",
    `Dir::State::Lists=${lists}`,
    "-o",
    `Dir::Cache=${cache}`,
    "-o",
    "Debug::NoLocking=1",
    ...flags,
  ]
  const download = ["install", "-y", "--download-only", "--no-install-recommends", ...packages]
  const unpack = (name) => runs("dpkg-deb", ["-x", join(cache, "archives", name), join(folder, "root")], quiet)
  try {
    if (!runs("apt-get", [...own, "update"], quiet) || !runs("apt-get", [...own, ...download], quiet)) return false
    const archives = readdirSync(join(cache, "archives")).filter((name) => name.endsWith(".deb"))
    return archives.length > 0 && archives.every(unpack)
  } finally {
    for (const name of [lists, cache]) rmSync(name, { recursive: true, force: true })
  }
}

/** Whether there is a file or, by its name alone, a program. */
export const isThere = (name) =>
  existsSync(name) || (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)))
