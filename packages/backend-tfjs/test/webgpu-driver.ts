import type { TfjsOptions } from "@strongroom/backend-tfjs"
import { type VulkanDriverName, vulkanDriver } from "@strongroom/test-machine"

/**
 * Options for WebGPU on one of the drivers for tests. This process, too, then finds that driver and no other: Vulkan's
 * loader reads the variable when the first engine of the process starts, so a file of tests names one driver.
 */
export function webgpuOn(name: VulkanDriverName): TfjsOptions {
  const vulkan = vulkanDriver(name)
  process.env.VK_DRIVER_FILES = vulkan.drivers.join(":")
  return { engine: "webgpu", vulkan }
}
