import { type Keys, StrongroomError, type Trust } from "@strongroom/core"
import type { Plaintext } from "@strongroom/core/backend"
import type { WireKeys } from "../channel/messages.js"
import { blockOf } from "../channel/wire-tensor.js"
import { readSmall } from "../small-file.js"
import { type ReadIdentities, readIdentities } from "./identity-bytes.js"
import { type ModuleSetting, moduleIdentity } from "./identity-module.js"
import { type PassedDescriptors, passedDescriptors } from "./passed.js"
import { sourceOf } from "./passed-source.js"
import { secretIdentity } from "./secret-identity.js"

/** Where keys are read from and to. */
export interface KeysSetting extends ModuleSetting {
  /** Holds the files that the app opened, unread. Default: none. */
  readonly passed?: PassedDescriptors
  /** For the bytes of identity files. */
  readonly allocate: (byteLength: number) => Plaintext
  /** The address of the vault's own private key. */
  readonly own?: bigint | undefined
}

export interface ReadKeys {
  readonly keys: Keys
  /** Passphrases and identities that are JavaScript strings. */
  readonly texts: number
  /** Overwrites the identities. The grant must have been opened, or not be wanted. */
  close(): void
}

/**
 * Resolves what the app named: here, and only here, grant and identity files are read and identity modules imported.
 *
 * @throws StrongroomError `source-missing`, `source-unreadable`, `identity-invalid`.
 */
export async function readKeys(
  keys: WireKeys,
  blocks: readonly ArrayBuffer[],
  setting: KeysSetting,
): Promise<ReadKeys> {
  const bytesOf = (block: number) => new Uint8Array(blockOf(blocks, block))
  const { signal, passed = passedDescriptors([]) } = setting
  const { grant } = keys
  const reading = readIdentity(keys.identity, { ...setting, passed })
  reading.catch(() => {}) // Said when it is waited for, unless the grant fails before.
  const trust = keys.trust.map(
    ({ publisher, keyring, leastKeyringVersion }): Trust => ({
      publisher,
      ...(keyring && { keyring: bytesOf(keyring.block) }),
      ...(leastKeyringVersion !== null && { leastKeyringVersion }),
    }),
  )
  try {
    const grantBytes = "block" in grant ? bytesOf(grant.block) : await readSmall(sourceOf(grant, passed), signal)
    const { identity, texts, close } = await reading
    return { keys: { grant: grantBytes, identity, trust }, texts, close }
  } catch (error) {
    await reading.then(
      ({ close }) => close(),
      () => {},
    )
    throw error
  }
}

async function readIdentity(
  identity: WireKeys["identity"],
  setting: KeysSetting & { readonly passed: PassedDescriptors },
): Promise<Pick<Keys, "identity"> & Omit<ReadIdentities, "identity">> {
  const { signal, keeping, allocate, own, passed } = setting
  if ("passphrase" in identity) return { identity, texts: 1, close() {} }
  if ("of" in identity) {
    if (!keeping || own === undefined) {
      throw new StrongroomError("identity-invalid", "The vault has no identity of its own on this platform.")
    }
    const key = secretIdentity(keeping, { address: own })
    return { identity: key, texts: 0, close: key.close }
  }
  if ("module" in identity) return await moduleIdentity(identity, setting)
  let held: Plaintext | undefined
  try {
    const bytes = await readSmall(sourceOf(identity, passed), signal, (byteLength) => {
      held = allocate(byteLength)
      return held.bytes
    })
    return readIdentities(bytes, keeping)
  } finally {
    held?.close()
  }
}
