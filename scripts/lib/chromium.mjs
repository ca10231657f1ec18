// The browser that tests in pages run in, and the Vulkan driver beside it (SwiftShader, libvk_swiftshader.so), on which
// WebGPU needs no GPU. Chromium as Debian packs it, unpacked under .cache without root and run from there: it downloads
// 124 MB where a machine has the usual libraries, and takes 0.4 GB of disk. Where there is no Debian, Google's Chrome if the
// machine has it (GitHub's Ubuntu does; not tried here).
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { aptUnpack } from "./debian.mjs"
import { cache, fail, say } from "./setup.mjs"

const unpacked = join(cache, "chromium-debian")
const chrome = "/opt/google/chrome"

/**
 * Installs the browser if it is not there yet. Gives STRONGROOM_CHROMIUM for the tests: a JSON object with the `folder`
 * that holds the driver, the program `executable` in it, and the `libraries` to start it with, for LD_LIBRARY_PATH. Where
 * there is none the object is empty, after a line that says so; in CI on Linux that is a failure.
 */
export function chromium() {
  const found =
    process.platform === "linux" && process.arch === "x64" ? (debianChromium() ?? googleChrome()) : undefined
  if (found === undefined) {
    const line = "No Chromium from Debian's packages for x64, and no Google Chrome"
    if (process.env.CI && process.platform === "linux") fail(`${line}: tests in CI need one of them.`)
    say(`${line}: tests in pages are skipped.`)
  }
  return { STRONGROOM_CHROMIUM: JSON.stringify(found ?? {}) }
}

function debianChromium() {
  const folder = join(unpacked, "root/usr/lib/chromium")
  const executable = join(folder, "chromium")
  const marker = join(unpacked, "ready")
  if (!existsSync(marker)) {
    rmSync(unpacked, { recursive: true, force: true })
    if (!aptUnpack(["chromium"], unpacked) || !existsSync(executable)) return undefined
    writeFileSync(marker, "")
  }
  const libraries = join(unpacked, "root/usr/lib/x86_64-linux-gnu")
  // PulseAudio's library looks for its other half in the system's folder of this name.
  const paths = [libraries, join(libraries, "pulseaudio"), join(unpacked, "root/lib/x86_64-linux-gnu")]
  return { folder, executable, libraries: paths.join(":") }
}

function googleChrome() {
  const executable = join(chrome, "chrome")
  return existsSync(executable) ? { folder: chrome, executable, libraries: "" } : undefined
}
