/** What scripts/lib/vulkan.mjs installed. */
export interface VulkanDriver {
  /** Khronos's loader, by its path. */
  readonly library: string
  /** A folder for XDG_DATA_DIRS, in whose vulkan/icd.d SwiftShader is registered, and nothing else. */
  readonly data: string
}

/** Absent where it isn't installed. */
export const vulkan: VulkanDriver | undefined =
  process.env.STRONGROOM_VULKAN === undefined ? undefined : JSON.parse(process.env.STRONGROOM_VULKAN)

/** Why tests on Vulkan can't run here, if so; in CI, too, since Ubuntu has no package with SwiftShader. */
export const missingVulkan: string | undefined =
  vulkan === undefined ? "no Vulkan: node scripts/drivers.mjs vulkan" : undefined
