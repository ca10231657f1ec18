import type { Stanza } from "age-encryption"
import { limits } from "../format/limits.js"

/**
 * Checks the form of an age file's stanzas, all of those that this release knows, before anybody's identity is tried
 * (spec/grant.md, reading, step 7): the library looks at a stanza only when it comes to use it.
 *
 * @param file Its header has been parsed into `stanzas`.
 */
export function checkForm(file: Uint8Array, stanzas: readonly Stanza[]): void {
  if (stanzas.length === 0) malformed("no stanza")
  for (const { args, body } of stanzas) {
    const [kind, ...given] = args
    if (kind === "X25519") {
      if (given.length !== 1 || decodedLength(given[0]) !== 32) malformed("an X25519 share")
    } else if (kind === "scrypt") {
      const [salt, factor] = given
      if (stanzas.length > 1) malformed("a passphrase's stanza isn't alone")
      if (given.length !== 2 || decodedLength(salt) !== 16) malformed("a salt")
      if (!/^[1-9][0-9]?$/.test(factor ?? "") || Number(factor) > limits.mostWorkFactor) malformed("a work factor")
    } else {
      continue
    }
    if (body.length !== 32) malformed("a wrapped key")
  }
  if (!hasWholeMac(file)) malformed("a MAC")
}

/** The first line that begins with `--- ` ends the header: no stanza's line can. */
function hasWholeMac(file: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(file)
  const [, mac] = /\n--- ([^\n]*)\n/.exec(text) ?? []
  return decodedLength(mac) === 32
}

/** Of canonical base64 without padding; `undefined` for any other text. */
function decodedLength(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) return undefined
  const bytes = atob(text)
  return btoa(bytes).replaceAll("=", "") === text ? bytes.length : undefined
}

function malformed(what: string): never {
  throw new Error(`${what} is malformed`)
}
