import { readdirSync, readFileSync } from "node:fs"
import { dirname, isAbsolute, join, resolve } from "node:path"
import type { Needs } from "@strongroom/core/backend"
import { libraryPlaces } from "@strongroom/core/node"
import { mesaEnvironment } from "./mesa-cache.js"

/** How WebGPU finds Vulkan on Linux, where that isn't the system's own. */
export interface VulkanOptions {
  /**
   * Manifests of drivers (`*.json`), the only ones that there are then. Default: those in the system's folders; a user's own
   * folders aren't looked at. A vault is told by a variable; under `openInProcess` set VK_DRIVER_FILES yourself.
   */
  readonly drivers?: readonly string[]
  /**
   * Libraries that the system's loader wouldn't find, Vulkan's own (`libvulkan.so.1`) among them: a vault has no
   * LD_LIBRARY_PATH. They are loaded first, in an order in which each finds those before it. Default: none.
   */
  readonly libraries?: readonly string[]
}

/** Where Vulkan's loader looks for drivers of the system; whoever may write there owns the machine. */
const folders = ["/usr/local/etc", "/usr/local/share", "/etc", "/usr/share"].map((base) => join(base, "vulkan/icd.d"))

/** The manifests of Vulkan's drivers on this machine, those named or else the system's. */
export function vulkanDrivers({ drivers }: VulkanOptions): readonly string[] {
  return drivers ?? folders.flatMap(manifestsIn)
}

/** What a vault needs for these drivers. */
export function vulkanNeeds(drivers: readonly string[], { libraries = [] }: VulkanOptions): Needs {
  const files = [...drivers, ...drivers.flatMap(libraryOf), ...libraries]
  return {
    read: [...new Set(files.flatMap(libraryPlaces))],
    environment: {
      // Loaders before 1.3.207 know the second name only.
      VK_DRIVER_FILES: drivers.join(":"),
      VK_ICD_FILENAMES: drivers.join(":"),
      // Layers see all that passes to a driver; loaders before 1.3.234 don't know it, and load those of the system.
      VK_LOADER_LAYERS_DISABLE: "~all~",
      ...mesaEnvironment,
    },
  }
}

function manifestsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort()
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** The library of a driver, if its manifest gives a path, and not a name that the system's loader finds. */
function libraryOf(manifest: string): readonly string[] {
  try {
    const path: unknown = JSON.parse(readFileSync(manifest, "utf8")).ICD.library_path
    if (typeof path !== "string" || !path.includes("/")) return []
    return [isAbsolute(path) ? path : resolve(dirname(manifest), path)]
  } catch {
    return []
  }
}
