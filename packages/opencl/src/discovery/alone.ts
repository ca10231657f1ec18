import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Environment, Registration } from "./registrations.js"

/**
 * The environment of a process that meets one driver only.
 *
 * @param folder an empty folder; it must stay as long as the process runs
 */
export function alone(registration: Registration, folder: string, environment: Environment): Environment {
  const { library, variable } = registration
  const without = {
    ...environment,
    OCL_ICD_VENDORS: folder,
    OCL_ICD_FILENAMES: undefined,
    OPENCL_VENDOR_PATH: undefined,
  }
  mkdirSync(folder, { recursive: true })
  if (variable === "OCL_ICD_FILENAMES") return { ...without, OCL_ICD_FILENAMES: library ?? undefined }
  // A directory of its own is what every loader takes; a single file is ocl-icd's alone.
  writeFileSync(join(folder, "driver.icd"), `${library ?? ""}\n`)
  return without
}
