import { tfjs } from "@strongroom/backend-tfjs"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { testBackend } from "@strongroom/testkit"
import { describe, it } from "vitest"
import { webgpuOn } from "./webgpu-driver.js"

const missing = missingVulkanDriver("lavapipe")
describe.skipIf(missing)(`WebGPU on lavapipe${missing ? `: ${missing}` : ""}`, () => {
  testBackend({ describe, it, create: () => tfjs(webgpuOn("lavapipe")), cases: { run: 51, skipped: 14 } })
})
