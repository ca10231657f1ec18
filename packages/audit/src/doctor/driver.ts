import type { Component } from "@strongroom/surfaces"

/** A driver, a loader or a compiler that drivers use. Empty text is what isn't known. */
export interface Driver {
  /** What programs reach it by: `OpenCL`, `CUDA`, `Vulkan`, `Level Zero`, `HIP`, `Mesa`, `compiler`. */
  readonly interface: string
  readonly name: string
  readonly vendor: string
  readonly version: string
  /** Its library, by the path or name that it is loaded by. */
  readonly path: string
  /** The file that tells loaders of it. */
  readonly registeredBy: string
  /** Names of devices; only of drivers that were asked. */
  readonly devices: readonly string[]
  /** `file`: it is there, and nobody asked it. Else how it did in a process of its own: `ready`, `crashed`, `hung` ... */
  readonly outcome: string
  /** What is the matter with it, in a sentence. */
  readonly problem: string | null
  /** Its part of @strongroom/surfaces; null where that has none. */
  readonly component: Component | null
}
