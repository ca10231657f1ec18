import { tfjs } from "@strongroom/backend-tfjs"
import { missingVulkanDriver } from "@strongroom/test-machine"
import { testBackend } from "@strongroom/testkit"
import { openVault } from "@strongroom/vault"
import { describe, it } from "vitest"
import { inSlowPlace } from "./slow-places.js"
import { webgpuOn } from "./webgpu-driver.js"

const missing = missingVulkanDriver("lavapipe")
describe.skipIf(missing)(`WebGPU on lavapipe${missing ? `: ${missing}` : ""}`, () => {
  const create = () => tfjs(webgpuOn("lavapipe"))
  testBackend({ describe, it, create, cases: { run: 51, skipped: 14 } })
  testBackend({ describe, it, create, openVault, ...inSlowPlace({ run: 37, skipped: 28 }) })
})
