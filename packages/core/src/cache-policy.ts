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

/**
 * `policy`, if it is one that works in this release.
 *
 * @throws TypeError for another word; RangeError for `sealed`, which is not implemented yet.
 */
export function checkCachePolicy(policy: CachePolicy): CachePolicy {
  if (!cachePolicies.includes(policy)) {
    throw new TypeError(`A cache policy is one of ${cachePolicies.join(", ")}, not ${String(policy)}.`)
  }
  if (policy === "sealed") {
    throw new RangeError('The cache policy "sealed" isn\'t implemented in this release: choose "off" or "memory".')
  }
  return policy
}
