import { StrongroomError } from "@strongroom/core"
import type { Json } from "@strongroom/core/backend"
import type { WireKeys } from "../channel/messages.js"
import { readSmallFile } from "../small-file.js"
import { moduleOf } from "./options.js"
import { pathOf } from "./places.js"
import type { RelayFunction } from "./relay-server.js"

/** What opens a sealed model in the vault, and whom the app trusts. */
export interface VaultKeys {
  /** The grant: a path, a `file:` URL, or its bytes. */
  readonly grant: string | URL | Uint8Array
  /**
   * Whoever the grant is for. The file is read only in the vault; a passphrase is in the app's own memory; `"vault"` is
   * the vault's own identity, whose recipient is `vault.recipient`; a module runs in the vault.
   */
  readonly identity: { readonly file: string | URL } | { readonly passphrase: string } | "vault" | IdentityModule
  /** Publishers whose models may be opened. */
  readonly trust: readonly (string | URL | PinnedPublisher)[]
}

/** A module, named to `openVault` in `identities`, that gets the identity from somewhere. See spec/identity.md. */
export interface IdentityModule {
  /** Absolute `file:` URL, made by the owning package from its `import.meta.url`. */
  readonly module: string
  /** The first argument of the module's default export. Default: null. */
  readonly options?: Json
  /**
   * Carries the module's bytes, which should mean nothing to the app, to whoever answers them: at most 1 MiB each way. The
   * signal aborts when the load is over. Default: the module is told that there is no relay.
   */
  readonly relay?: RelayFunction
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
 * @param identities are the modules that the vault knows.
 * @throws TypeError for what isn't {@link VaultKeys}; StrongroomError `trust-missing`, `source-missing`,
 * `source-unreadable`.
 */
export async function packKeys(
  keys: VaultKeys,
  signal?: AbortSignal,
  identities: readonly string[] = [],
): Promise<{ keys: WireKeys; blocks: readonly Uint8Array[]; relay: RelayFunction | undefined }> {
  const blocks: Uint8Array[] = []
  const addBlock = (bytes: Uint8Array) => ({ block: blocks.push(bytes) - 1 })
  if (typeof keys !== "object" || keys === null) throw new TypeError("load() takes keys: { grant, identity, trust }")
  const { grant, identity } = keys
  const packed = {
    // A copy: it may be changed as soon as load() has returned.
    grant: grant instanceof Uint8Array ? addBlock(grant.slice()) : { file: pathOf(grant, "keys.grant") },
    identity: packIdentity(identity, identities),
  }
  const trust: WireKeys["trust"][number][] = []
  for (const pin of pins(keys.trust)) {
    checkLeastVersion(pin.leastKeyringVersion)
    const keyring = pin.keyring === undefined ? null : addBlock(await keyringBytes(pin.keyring, signal))
    const publisher = await publisherKey(pin.publisher, signal)
    trust.push({ publisher, keyring, leastKeyringVersion: pin.leastKeyringVersion ?? null })
  }
  return { keys: { ...packed, trust }, blocks, relay: relayOf(identity) }
}

function packIdentity(identity: VaultKeys["identity"], identities: readonly string[]): WireKeys["identity"] {
  if (identity === "vault") return { of: "vault" }
  if (typeof identity === "object" && identity !== null) {
    if ("file" in identity) return { file: pathOf(identity.file, "keys.identity.file") }
    if ("module" in identity) {
      const module = moduleOf(identity, "keys.identity")
      if (identities.includes(module)) return { module, options: identity.options ?? null }
      throw new TypeError("keys.identity names a module that openVault() wasn't given in `identities`")
    }
    if (typeof identity.passphrase === "string") return { passphrase: identity.passphrase }
  }
  throw new TypeError('keys.identity must be { file }, { passphrase }, { module } or "vault"')
}

function relayOf(identity: VaultKeys["identity"]): RelayFunction | undefined {
  if (typeof identity !== "object" || !("module" in identity) || identity.relay === undefined) return undefined
  if (typeof identity.relay === "function") return identity.relay
  throw new TypeError("keys.identity.relay must be a function")
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
