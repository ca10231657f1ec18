import { join } from "node:path"
import type { OpenclOptions } from "@strongroom/backend-opencl"
import { driver, optionsFor } from "@strongroom/test-machine"

/** How a vault's backend finds an installed driver: a vault has no variables of its app's. */
export interface VaultDriver {
  readonly options: OpenclOptions
  /** The driver's own variables, which a vault's backend has to name. */
  readonly environment: { readonly [name: string]: string }
}

/** @param libraries what the driver is linked with, in the folder of its LD_LIBRARY_PATH */
export function vaultDriver(name: string, libraries: readonly string[] = []): VaultDriver {
  // Folders of .icd files and the loader are options; PoCL's cache is its vault's.
  const { OCL_ICD_VENDORS: _, STRONGROOM_OPENCL_LIBRARY: __, POCL_CACHE_DIR: ___, ...others } = driver(name)
  const { LD_LIBRARY_PATH: folder = "", ...environment } = others
  return {
    options: {
      ...optionsFor(name),
      libraries: libraries.map((library) => join(folder, library)),
      ...(folder && { read: [folder] }),
    },
    environment,
  }
}
