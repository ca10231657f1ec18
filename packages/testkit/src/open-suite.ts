import type { Backend } from "@strongroom/core/backend"
import { nodePlace } from "./node-place.js"
import { type Suite, suiteIn } from "./suite.js"
import { type OpenVault, vaultPlace } from "./vault-place.js"
import type { ModelWriter } from "./write/model-writer.js"

/** The suite for one backend: in this process or, where `openVault` of `@strongroom/vault` is given, in vaults. */
export async function openSuite(
  create: () => Backend,
  writers: readonly ModelWriter[],
  openVault?: OpenVault,
): Promise<Suite> {
  const place = openVault ? vaultPlace(create, openVault) : nodePlace(create)
  return suiteIn(await place, create, writers)
}
