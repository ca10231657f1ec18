import type { Keys, Source, Trust } from "@strongroom/core"
import type { WireKeys } from "../channel/messages.js"
import { blockOf } from "../channel/wire-tensor.js"
import { readSmall } from "../small-file.js"
import { type PassedDescriptors, passedDescriptors } from "./passed.js"
import { sourceOf } from "./passed-source.js"

/**
 * Resolves what the app named: here, and only here, grant and identity files are read.
 *
 * @param passed holds the files that the app opened, unread.
 * @throws StrongroomError `source-missing`, `source-unreadable`.
 */
export async function readKeys(
  keys: WireKeys,
  blocks: readonly ArrayBuffer[],
  signal: AbortSignal,
  passed: PassedDescriptors = passedDescriptors([]),
): Promise<Keys> {
  const bytesOf = (block: number) => new Uint8Array(blockOf(blocks, block))
  const { grant, identity } = keys
  return {
    grant: "block" in grant ? bytesOf(grant.block) : await readSmall(sourceOf(grant, passed), signal),
    identity: "passphrase" in identity ? identity : await readText(sourceOf(identity, passed), signal),
    trust: keys.trust.map(
      ({ publisher, keyring, leastKeyringVersion }): Trust => ({
        publisher,
        ...(keyring && { keyring: bytesOf(keyring.block) }),
        ...(leastKeyringVersion !== null && { leastKeyringVersion }),
      }),
    ),
  }
}

async function readText(source: Source, signal: AbortSignal): Promise<string> {
  const bytes = await readSmall(source, signal)
  try {
    return new TextDecoder().decode(bytes)
  } finally {
    bytes.fill(0)
  }
}
