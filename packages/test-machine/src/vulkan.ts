/** How `tfjs({ vulkan })` finds a driver that scripts/lib/vulkan.mjs installed. */
export interface VulkanDriver {
  /** Manifests, for VK_DRIVER_FILES. */
  readonly drivers: readonly string[]
  /** To be loaded before, Vulkan's loader among them. */
  readonly libraries: readonly string[]
}

export type VulkanDriverName = "swiftshader" | "lavapipe"

const installed: { readonly [name in VulkanDriverName]?: VulkanDriver } = JSON.parse(
  process.env.STRONGROOM_VULKAN_DRIVERS ?? "{}",
)

/** Why tests on this Vulkan driver can't run here, if so. In CI on Linux they run, and fail where it is missing. */
export function missingVulkanDriver(name: VulkanDriverName): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "Vulkan drivers for tests are for Linux on x64"
  return process.env.CI || installed[name] !== undefined ? undefined : notInstalled(name)
}

/** @throws Error where it isn't installed: ask {@link missingVulkanDriver} first. */
export function vulkanDriver(name: VulkanDriverName): VulkanDriver {
  const driver = installed[name]
  if (driver === undefined) throw new Error(notInstalled(name))
  return driver
}

const notInstalled = (name: string) => `no Vulkan driver ${name}: node scripts/drivers.mjs vulkan`
