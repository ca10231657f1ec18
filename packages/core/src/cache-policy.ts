/**
 * What may happen to what is compiled from a model (program binaries, engines, blobs):
 *
 * - `off`: nothing outlives the process.
 * - `memory`: reused while the vault lives.
 * - `sealed`: kept as ciphertext, bound to model, engine, device and recipient. Not yet implemented: refused.
 * - `driver`: left to the driver; the report shows it as exposed.
 */
export type CachePolicy = "off" | "memory" | "sealed" | "driver"

export const cachePolicies: readonly CachePolicy[] = ["off", "memory", "sealed", "driver"]
