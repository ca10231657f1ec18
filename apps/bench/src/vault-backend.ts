import { opencl } from "@strongroom/backend-opencl"
import type { Backend } from "@strongroom/core/backend"
import type { VaultDriver } from "./vault-driver.js"

/** OpenCL for a vault, on this driver. */
export function openclFor({ options, environment }: VaultDriver): Backend {
  const backend = opencl(options)
  return { ...backend, needs: { ...backend.needs, environment: { ...backend.needs.environment, ...environment } } }
}
