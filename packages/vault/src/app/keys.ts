import { StrongroomError } from "@strongroom/core"
import type { WireKeys } from "../channel/messages.js"
import { readSmallFile } from "../small-file.js"
import { pathOf } from "./places.js"

/** What opens a sealed model in the vault, and whom the app trusts. */
export interface VaultKeys {
  /** The grant: a path, a `file:` URL, or its bytes. */
  readonly grant: string | URL | Uint8Array
  /** Whoever the grant is for. The file is read only in the vault; a passphrase is in the app's own memory. */
  readonly identity: { readonly file: string | URL } | { readonly passphrase: string }
  /** Publishers whose models may be opened. */
  readonly trust: readonly (string | URL | PinnedPublisher)[]
}

/** A publisher with the keyring that hangs from its root key. A text or URL alone is a publisher without one. */
export interface PinnedPublisher {
  /** The root key: the path or `file:` URL of a .pub file, or the PEM text itself. */
  readonly publisher: string | URL
  /** The signed keyring: a path, a `file:` URL, or its bytes. */
  readonly keyring?: string | URL | Uint8Array
  /** The highest version that the app has seen: an older one is refused with `keyring-rollback`. */
  readonly leastKeyringVersion?: number
}

/**
 * Keys as they cross the channel. Public things (publishers' keys and keyrings) are read here; the grant and the
 * identity only in the vault.
 *
 * @throws TypeError for what isn't {@link VaultKeys}; StrongroomError `trust-missing`, `source-missing`,
 * `source-unreadable`.
 */
export async function packKeys(
  keys: VaultKeys,
  signal?: AbortSignal,
): Promise<{ keys: WireKeys; blocks: readonly Uint8Array[] }> {
  const blocks: Uint8Array[] = []
  const addBlock = (bytes: Uint8Array) => ({ block: blocks.push(bytes) - 1 })
  if (typeof keys !== "object" || keys === null) throw new TypeError("load() takes keys: { grant, identity, trust }")
  const { grant, identity } = keys
  const packed = {
    // A copy: it may be changed as soon as load() has returned.
    grant: grant instanceof Uint8Array ? addBlock(grant.slice()) : { file: pathOf(grant, "keys.grant") },
    identity: packIdentity(identity),
  }
  const trust: WireKeys["trust"][number][] = []
  for (const pin of pins(keys.trust)) {
    checkLeastVersion(pin.leastKeyringVersion)
    const keyring = pin.keyring === undefined ? null : addBlock(await keyringBytes(pin.keyring, signal))
    const publisher = await publisherKey(pin.publisher, signal)
    trust.push({ publisher, keyring, leastKeyringVersion: pin.leastKeyringVersion ?? null })
  }
  return { keys: { ...packed, trust }, blocks }
}

function packIdentity(identity: VaultKeys["identity"]): WireKeys["identity"] {
  if (typeof identity === "object" && identity !== null) {
    if ("file" in identity) return { file: pathOf(identity.file, "keys.identity.file") }
    if (typeof identity.passphrase === "string") return { passphrase: identity.passphrase }
  }
  throw new TypeError("keys.identity must be { file } or { passphrase }")
}

function pins(trust: VaultKeys["trust"]): readonly PinnedPublisher[] {
  if (trust === undefined || trust?.length === 0) {
    throw new StrongroomError(
      "trust-missing",
      "No publisher is pinned, so no model can be trusted: give keys.trust the publisher's .pub file",
    )
  }
  if (!Array.isArray(trust)) throw new TypeError('keys.trust must be an array, such as ["publisher.pub"]')
  return trust.map((pin: VaultKeys["trust"][number]) =>
    typeof pin === "string" || pin instanceof URL ? { publisher: pin } : pin,
  )
}

function checkLeastVersion(version: number | undefined): void {
  if (version === undefined || (Number.isSafeInteger(version) && version >= 1)) return
  throw new RangeError(`leastKeyringVersion must be an integer from 1. Got ${String(version)}`)
}

async function publisherKey(publisher: string | URL, signal?: AbortSignal): Promise<string> {
  if (typeof publisher === "string" && publisher.includes("-----BEGIN")) return publisher
  return new TextDecoder().decode(await readSmallFile(pathOf(publisher, "A publisher in keys.trust"), signal))
}

async function keyringBytes(keyring: string | URL | Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  return keyring instanceof Uint8Array ? keyring.slice() : readSmallFile(pathOf(keyring, "A keyring"), signal)
}
