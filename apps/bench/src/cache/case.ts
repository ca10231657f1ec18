import type { OpenclOptions } from "@strongroom/backend-opencl"

/** What a measured process is told, as JSON. */
export interface CacheCase {
  readonly sealedPath: string
  readonly sourcePath: string
  readonly keys: { readonly grant: string; readonly identity: { readonly file: string }; readonly trust: string[] }
  readonly options: OpenclOptions
  /** The driver's own variables, which a vault's backend has to name. */
  readonly environment: { readonly [name: string]: string }
}

/** In an open vault by cache policy; or the driver alone, whose cache is where its variables say. */
export type CacheSide = "off" | "sealed" | "driver"
