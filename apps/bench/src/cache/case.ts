import type { VaultDriver } from "../vault-driver.js"

/** What a measured process is told, as JSON. */
export interface CacheCase extends VaultDriver {
  readonly sealedPath: string
  readonly sourcePath: string
  readonly keys: { readonly grant: string; readonly identity: { readonly file: string }; readonly trust: string[] }
}

/** In an open vault by cache policy; or the driver alone, whose cache is where its variables say. */
export type CacheSide = "off" | "sealed" | "driver"
