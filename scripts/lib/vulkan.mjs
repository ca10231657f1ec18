// The Vulkan drivers that tests of WebGPU run on, neither of which needs a GPU: SwiftShader, which lies beside the browser,
// and Mesa's lavapipe, which is several times as fast and keeps what it compiles on disk.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chromium } from "./chromium.mjs"
import { aptUnpack } from "./debian.mjs"
import { cache, fail, say } from "./setup.mjs"

const unpacked = join(cache, "drivers/lavapipe-debian")

/**
 * Installs the drivers that are not there yet. Gives STRONGROOM_VULKAN_DRIVERS for the tests: a JSON object from each
 * driver's name to what `tfjs({ vulkan })` takes. One that can't be had here is left out, after a line that says so; in CI on
 * Linux that is a failure.
 */
export function vulkanDrivers() {
  const here = process.platform === "linux" && process.arch === "x64"
  const found = here ? { swiftshader: swiftshader(), lavapipe: lavapipe() } : {}
  for (const name of ["swiftshader", "lavapipe"]) {
    if (found[name] !== undefined) continue
    const line = `No Vulkan driver ${name} on this machine`
    if (process.env.CI && process.platform === "linux") fail(`${line}: tests in CI need it.`)
    say(`${line}: tests that need it are skipped.`)
  }
  return { STRONGROOM_VULKAN_DRIVERS: JSON.stringify(found) }
}

function swiftshader() {
  const { folder } = JSON.parse(chromium().STRONGROOM_CHROMIUM)
  return folder && { drivers: [join(folder, "vk_swiftshader_icd.json")], libraries: [join(folder, "libvulkan.so.1")] }
}

function lavapipe() {
  const libraries = join(unpacked, "root/usr/lib/x86_64-linux-gnu")
  const library = join(libraries, "libvulkan_lvp.so")
  const manifest = join(unpacked, "lavapipe.json")
  if (!existsSync(manifest)) {
    rmSync(unpacked, { recursive: true, force: true })
    mkdirSync(unpacked, { recursive: true })
    if (!aptUnpack(["mesa-vulkan-drivers"], unpacked, newerMesa()) || !existsSync(library)) return undefined
    const { ICD } = JSON.parse(readFileSync(join(unpacked, "root/usr/share/vulkan/icd.d", manifestName()), "utf8"))
    writeFileSync(manifest, JSON.stringify({ file_format_version: "1.0.0", ICD: { ...ICD, library_path: library } }))
  }
  const loader = join(libraries, "libvulkan.so.1")
  const needed = [library, ...(existsSync(loader) ? [loader] : [])].flatMap((path) => neededBy(path, libraries))
  return { drivers: [manifest], libraries: [...new Set(needed)].filter((path) => path !== library) }
}

/** Debian 13's Mesa adds the architecture. */
function manifestName() {
  const folder = join(unpacked, "root/usr/share/vulkan/icd.d")
  return ["lvp_icd.json", "lvp_icd.x86_64.json"].find((name) => existsSync(join(folder, name)))
}

/** A library's path after those that it needs and that were unpacked with it, in an order in which each finds the others. */
function neededBy(path, libraries, seen = new Set()) {
  if (seen.has(path)) return []
  seen.add(path)
  const { stdout = "" } = spawnSync("ldd", [path], { encoding: "utf8", env: { LD_LIBRARY_PATH: libraries } })
  const needed = [...stdout.matchAll(/=> (\S+)/g)]
    .map(([, found]) => found)
    .filter((found) => found.startsWith(unpacked))
  return [...needed.flatMap((found) => neededBy(found, libraries, seen)), path]
}

/**
 * apt-get's flags for Debian 12, whose own Mesa, 22.3, has less than WebGPU asks for: its backports, from where it has its
 * other packages.
 */
function newerMesa() {
  if (!/^VERSION_CODENAME=bookworm$/m.test(readFileSync("/etc/os-release", "utf8"))) return []
  const format = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm"]
  const [place] = spawnSync("apt-get", format, { encoding: "utf8" }).stdout?.split("\n") ?? []
  if (!place) return []
  const list = join(unpacked, "sources.list")
  const own = "/etc/apt/sources.list"
  writeFileSync(list, `${existsSync(own) ? readFileSync(own, "utf8") : ""}\ndeb ${place} bookworm-backports main\n`)
  return ["-o", `Dir::Etc::SourceList=${list}`, "-t", "bookworm-backports"]
}
