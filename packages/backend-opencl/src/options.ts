import { resolve } from "node:path"
import { checkOptionNames } from "@strongroom/core/backend"

export type DeviceType = "gpu" | "cpu" | "accelerator"

/** Of devices that kernels are written for. */
export type KernelKind = "cpu" | "gpu"

export type Tuning = "estimated" | "measured"

export interface OpenclOptions {
  /** The kind of device. Default: the first GPU, else the first accelerator, else the CPU. */
  readonly device?: DeviceType
  /** Part of the platform's name, in any case: `"intel"`, `"portable computing language"`. Default: every platform. */
  readonly platform?: string
  /**
   * The folder of `.icd` files that says which drivers there are. One that crashes as it is loaded takes the vault with
   * it: name a folder with the drivers that the app wants. Default: the loader's, `/etc/OpenCL/vendors`.
   */
  readonly drivers?: string
  /** The OpenCL library (loader). Default: the system's. */
  readonly library?: string
  /**
   * Libraries that a driver in a folder of the app's own is linked with: a vault has no LD_LIBRARY_PATH. They are loaded
   * first, in an order in which each finds those before it. Default: none.
   */
  readonly libraries?: readonly string[]
  /** Folders or files that a driver reads outside the system's folders and its library's own. Default: none. */
  readonly read?: readonly string[]
  /**
   * Whether PoCL's threads stay on a processor each: a vault's networks are up to twice as fast where the machine has
   * time, and as much slower where others keep it busy. Without effect where the process isn't allowed the machine's
   * first processors, and under `openInProcess`. Default: true.
   */
  readonly bindThreads?: boolean
  /**
   * How a network's kernels are chosen where there are several for a layer. `"measured"`: a load, or the first run of
   * inputs of a new shape, tries up to four for each kind of layer on the device. That is as long as it takes to compile
   * them, some 0.3 s each with PoCL, and as much memory as the largest layer and 64 MiB of weights take; `cache: "memory"`
   * and `"sealed"` keep what was measured, and `"sealed"` is found by the next process. Default: `"estimated"`, by cycles
   * that each would take.
   */
  readonly tuning?: Tuning
}

/** What crosses to the vault; paths are absolute. */
export type CheckedOptions = {
  readonly device?: DeviceType
  readonly platform?: string
  readonly drivers?: string
  readonly library?: string
  readonly libraries: readonly string[]
  readonly read: readonly string[]
  readonly bindThreads: boolean
  readonly tuning: Tuning
  /** No app's: tests run kernels on a device of another kind than that which they are written for. Default: its own. */
  readonly kernels?: KernelKind
}

const tunings: readonly unknown[] = ["estimated", "measured"]
const deviceTypes: readonly unknown[] = ["gpu", "cpu", "accelerator"]

const names = ["device", "platform", "drivers", "library", "libraries", "read", "bindThreads", "tuning"]

/** @throws TypeError */
export function checkOptions(options: OpenclOptions): CheckedOptions {
  checkOptionNames(options, names, "opencl()")
  const { device, platform, drivers, library, libraries = [], read = [] } = options
  const { bindThreads = true, tuning = "estimated" } = options
  if (device !== undefined && !deviceTypes.includes(device)) {
    throw new TypeError(`device is ${deviceTypes.join(", ")} or left out, not ${String(device)}.`)
  }
  for (const [name, value] of Object.entries({ platform, drivers, library })) {
    if (value !== undefined && (typeof value !== "string" || value === "")) {
      throw new TypeError(`${name} is a text that isn't empty, or left out, not ${String(value)}.`)
    }
  }
  for (const [name, paths] of Object.entries({ libraries, read })) {
    if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string" || path === "")) {
      throw new TypeError(`${name} is an array of paths.`)
    }
  }
  if (typeof bindThreads !== "boolean") throw new TypeError(`bindThreads is true or false, not ${String(bindThreads)}.`)
  if (!tunings.includes(tuning)) throw new TypeError(`tuning is ${tunings.join(" or ")}, not ${String(tuning)}.`)
  return {
    ...(device !== undefined && { device }),
    ...(platform !== undefined && { platform }),
    ...(drivers !== undefined && { drivers: resolve(drivers) }),
    // A name without a slash is looked up where libraries are.
    ...(library !== undefined && { library: library.includes("/") ? resolve(library) : library }),
    libraries: libraries.map((path) => resolve(path)),
    read: read.map((path) => resolve(path)),
    bindThreads,
    tuning,
  }
}
