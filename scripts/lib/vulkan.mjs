// Vulkan for tests: Khronos's loader, and a driver that needs no GPU, SwiftShader, which Debian has as a part of Chromium.
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { aptUnpack } from "./debian.mjs"
import { cache, say } from "./setup.mjs"

const folder = join(cache, "drivers/vulkan")

/**
 * Installs both unless they are there. Gives STRONGROOM_VULKAN for the tests: a JSON object with the loader's `library` and
 * the `data` folder, in whose vulkan/icd.d the driver is registered. Nothing where they can't be had, after a line that says
 * so: Ubuntu's Chromium isn't a package of this kind.
 */
export function vulkanDriver() {
  const [data, marker] = [join(folder, "share"), join(folder, "ready")]
  if (process.platform !== "linux" || process.arch !== "x64" || !(existsSync(marker) || installed(data, marker))) {
    say("No Vulkan on this machine: tests that need it are skipped.")
    return {}
  }
  return { STRONGROOM_VULKAN: JSON.stringify({ library: join(folder, "libvulkan.so.1"), data }) }
}

/** Two files of a browser are kept, so that it is unpacked aside. */
function installed(data, marker) {
  const unpacked = join(folder, "unpacked")
  rmSync(folder, { recursive: true, force: true })
  // What else Chromium needs is for its windows.
  if (!aptUnpack(["libvulkan1", "chromium-common"], unpacked, { alone: true })) return false
  const [libraries, registered] = [join(unpacked, "root/usr/lib"), join(data, "vulkan/icd.d")]
  mkdirSync(registered, { recursive: true })
  for (const name of ["libvk_swiftshader.so", "vk_swiftshader_icd.json"])
    renameSync(join(libraries, "chromium", name), join(registered, name))
  renameSync(realpathSync(join(libraries, "x86_64-linux-gnu/libvulkan.so.1")), join(folder, "libvulkan.so.1"))
  rmSync(unpacked, { recursive: true })
  writeFileSync(marker, "")
  return true
}
