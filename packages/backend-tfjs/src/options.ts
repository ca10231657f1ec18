import { isAbsolute } from "node:path"
import { checkOptionNames } from "@strongroom/core/backend"
import { type EngineName, engineNames, type VulkanOptions } from "./engines/index.js"

export interface TfjsOptions {
  /**
   * What computes. Default: `"auto"`, the first of `"tfjs-node-gpu"`, `"webgpu"`, `"tfjs-node"`, `"wasm"` that is installed
   * and, for the first two, has an accelerator here. A model can name one that suits it better.
   */
  readonly engine?: "auto" | EngineName
  /**
   * The folder in which `strongroom setup` has put tfjs-node: an absolute path. Its code runs in the vault. Default: none is
   * looked in, since `defaultSetupFolder()` is the user's own, and a variable says where.
   */
  readonly setupFolder?: string
  /** How `"webgpu"` finds Vulkan on Linux. Default: the system's own. */
  readonly vulkan?: VulkanOptions
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly engine: "auto" | EngineName
  readonly setupFolder: string | undefined
  readonly vulkan: VulkanOptions
}

/** @throws TypeError */
export function checkOptions(options: TfjsOptions): CheckedOptions {
  checkOptionNames(options, ["engine", "setupFolder", "vulkan"], "tfjs()")
  const { engine = "auto", setupFolder, vulkan = {} } = options
  checkOptionNames(vulkan, ["drivers", "libraries"], "vulkan")
  if (engine !== "auto" && !engineNames.includes(engine)) {
    const names = ["auto", ...engineNames].map((name) => JSON.stringify(name)).join(", ")
    throw new TypeError(`engine is one of ${names}, not ${JSON.stringify(engine)}.`)
  }
  if (setupFolder !== undefined && (typeof setupFolder !== "string" || !isAbsolute(setupFolder))) {
    throw new TypeError("setupFolder is an absolute path.")
  }
  for (const [name, paths] of Object.entries(vulkan)) {
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string" && isAbsolute(path))) {
      throw new TypeError(`vulkan.${name} is an array of absolute paths.`)
    }
  }
  return { engine, setupFolder, vulkan }
}
