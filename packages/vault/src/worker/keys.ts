import type { Keys, Trust } from "@strongroom/core"
import type { WireKeys } from "../channel/messages.js"
import { blockOf } from "../channel/wire-tensor.js"
import { readSmallFile } from "../small-file.js"

/**
 * Resolves what the app named: here, and only here, grant and identity files are read.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function readKeys(keys: WireKeys, blocks: readonly ArrayBuffer[], signal: AbortSignal): Promise<Keys> {
  const bytesOf = (block: number) => new Uint8Array(blockOf(blocks, block))
  const { grant, identity } = keys
  return {
    grant: "file" in grant ? await readSmallFile(grant.file, signal) : bytesOf(grant.block),
    identity: "file" in identity ? await readText(identity.file, signal) : identity,
    trust: keys.trust.map(
      ({ publisher, keyring, leastKeyringVersion }): Trust => ({
        publisher,
        ...(keyring && { keyring: bytesOf(keyring.block) }),
        ...(leastKeyringVersion !== null && { leastKeyringVersion }),
      }),
    ),
  }
}

async function readText(path: string, signal: AbortSignal): Promise<string> {
  const bytes = await readSmallFile(path, signal)
  try {
    return new TextDecoder().decode(bytes)
  } finally {
    bytes.fill(0)
  }
}
