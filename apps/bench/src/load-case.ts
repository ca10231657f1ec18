import type { PreparedCase } from "./models.js"
import type { VaultDriver } from "./vault-driver.js"

/** What a measured process is told, as JSON. */
export interface LoadCase extends PreparedCase {
  /** What the vault's backend is: OpenCL on this driver, else ONNX Runtime. */
  readonly opencl?: VaultDriver
}

/**
 * What it loads: the sealed model, that with what the cache policy `sealed` kept of it, the plain file, or the plain file's
 * bytes.
 */
export type Side = "sealed" | "kept" | "file" | "bytes"

/** What it measured, in milliseconds from the start of a load to the first outputs. */
export interface LoadTimes {
  /** The first load of the process. */
  readonly first: number
  /** The next one in the same process. */
  readonly again: number
}
