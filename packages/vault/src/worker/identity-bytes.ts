import { StrongroomError } from "@strongroom/core"
import type { IdentityKey } from "@strongroom/core/backend"
import { decodeSecretKey, isSecretKey } from "./bech32.js"
import type { Keeping } from "./keeping.js"
import { secretIdentity } from "./secret-identity.js"

/** Identities that were read, until `close()`, which overwrites them as far as they aren't texts. */
export interface ReadIdentities {
  readonly identity: readonly (string | IdentityKey)[]
  /** Lines of another kind than X25519, which age's library takes as strings only. */
  readonly texts: number
  close(): void
}

const [newLine, hash] = [10, 35]

/**
 * Reads an identity file as `age-keygen` writes it: one on a line, comments and empty lines between. Private keys go from
 * the bytes straight into secret memory; the bytes are the caller's, to be overwritten.
 *
 * @throws StrongroomError `identity-invalid`.
 */
export function readIdentities(bytes: Uint8Array, keeping: Keeping | undefined): ReadIdentities {
  const keys: IdentityKey[] = []
  const texts: string[] = []
  const open: { close(): void }[] = []
  const close = () => {
    for (const one of open.splice(0)) one.close()
  }
  try {
    for (const line of linesOf(bytes)) {
      if (!keeping || !isSecretKey(line)) {
        texts.push(new TextDecoder().decode(line))
        continue
      }
      const key = keeping.secrets.allocate(32)
      open.push(key)
      if (!decodeSecretKey(line, key.bytes)) throw identityInvalid()
      const identity = secretIdentity(keeping, key)
      open.push(identity)
      keys.push(identity)
    }
    if (keys.length + texts.length === 0) throw identityInvalid()
    return { identity: [...keys, ...texts], texts: texts.length, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Lines that say something, as views without the space around them. */
function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(newLine, from)
    const to = end === -1 ? bytes.length : end
    const line = trimmed(bytes.subarray(from, to))
    if (line.length > 0 && line[0] !== hash) yield line
    from = to + 1
  }
}

function trimmed(line: Uint8Array): Uint8Array {
  const isSpace = (byte: number | undefined) => byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13)
  let [from, to] = [0, line.length]
  while (from < to && isSpace(line[from])) from++
  while (to > from && isSpace(line[to - 1])) to--
  return line.subarray(from, to)
}

export function identityInvalid(): StrongroomError {
  return new StrongroomError(
    "identity-invalid",
    "Expected an age identity, AGE-SECRET-KEY-1..., or a file with one on a line, as `age-keygen` writes it.",
  )
}
