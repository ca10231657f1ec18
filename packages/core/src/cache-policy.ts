/**
 * What may happen to what is compiled from a model (program binaries, engines, blobs):
 *
 * - `off`: nothing outlives the process.
 * - `memory`: reused while the vault lives.
 * - `sealed`: kept as ciphertext, bound to model, engine, device, driver and recipient.
 * - `driver`: left to the driver; the report shows it as exposed.
 */
export type CachePolicy = "off" | "memory" | "sealed" | "driver"

export const cachePolicies: readonly CachePolicy[] = ["off", "memory", "sealed", "driver"]

/** `policy`, if it is one. @throws TypeError for another word. */
export function checkCachePolicy(policy: CachePolicy): CachePolicy {
  if (cachePolicies.includes(policy)) return policy
  throw new TypeError(`A cache policy is one of ${cachePolicies.join(", ")}, not ${String(policy)}.`)
}
