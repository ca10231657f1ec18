import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import type { Needs } from "@strongroom/core/backend"
import { gpuDeviceNodes, libraryPlaces } from "@strongroom/core/node"
import type { CheckedOptions } from "./options.js"
import { hasFirstProcessors } from "./processors.js"

/** Where loaders look for drivers: Khronos's and Debian's, unless they are told otherwise. */
const registry = "/etc/OpenCL/vendors"

/** PoCL links every kernel that it compiles, by a program that it looks for in PATH. */
const linkers = ["/usr/bin/ld", "/bin/ld"]

/** What drivers need of this machine, as files and folders say. */
export function needsHere({ drivers, library, libraries: linked, read, bindThreads }: CheckedOptions): Needs {
  const folder = drivers ?? registry
  const libraries = driverLibraries(folder)
  const named = [...libraries, ...linked, ...(library === undefined ? [] : [library])].filter(isAbsolute)
  const execute = libraries.some((path) => /pocl/i.test(path)) ? linkersHere() : []
  return {
    devices: gpuDeviceNodes(),
    read: [...new Set([folder, ...named.flatMap(libraryPlaces), ...read])],
    ...(execute.length > 0 && { execute }),
    systemCalls,
    environment: {
      ...fixed,
      ...(bindThreads && hasFirstProcessors() && { POCL_AFFINITY: "1" }),
      ...(drivers !== undefined && { OCL_ICD_VENDORS: drivers }),
    },
  }
}

/** PoCL sets it so by itself, and the vault holds its environment against what it was given. */
const fixed = { HWLOC_PLUGINS_PATH: "/dev/null" }

/** What drivers call beyond a vault's own: seen by scripts/system-calls.mjs, by PoCL and Intel's drivers. */
const systemCalls: readonly string[] = ["rename", "renameat", "renameat2", "flock", "sched_setaffinity"]

/** The libraries that `.icd` files name: paths, or names that the system's loader finds. */
function driverLibraries(folder: string): readonly string[] {
  return namesIn(folder, /\.icd$/).flatMap((name) => {
    try {
      return readFileSync(join(folder, name), "utf8").trim().split("\n", 1)
    } catch {
      return []
    }
  })
}

/** Programs are started by their real path, too. */
function linkersHere(): readonly string[] {
  return [...new Set(linkers.filter((path) => existsSync(path)).flatMap((path) => [path, realpathSync(path)]))]
}

function namesIn(folder: string, form: RegExp): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => form.test(name))
      .sort()
  } catch {
    return []
  }
}
