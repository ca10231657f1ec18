/**
 * What scripts/ installed on this machine for tests, studies and benchmarks.
 *
 * @module
 */

export { type Chromium, chromium, missingChromium } from "./chromium.js"
export { driver, drivers, environmentFor, missingDriver, missingLargeDriver, optionsFor } from "./drivers.js"
export { missingRuntime, runtimeFile, runtimes } from "./runtimes.js"
export { missingTfjsNode, tfjsNodeFolder } from "./tfjs-node.js"
export { missingVulkanDriver, type VulkanDriver, type VulkanDriverName, vulkanDriver } from "./vulkan.js"
