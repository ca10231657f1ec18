import type { AgeFile } from "../crypto/cryptography.js"

/** The last line of a header: `--- `, 32 bytes in base64 without padding, the line's end. */
const macLine = /\n--- ([A-Za-z0-9+/]{43})\n/

const nonceLength = 16

/**
 * Finds the pieces of an age file whose header the library has parsed and `checkForm` has passed. They are views, but for
 * the MAC.
 */
export function splitAgeFile(file: Uint8Array): AgeFile {
  const text = new TextDecoder("latin1").decode(file)
  const found = macLine.exec(text)
  if (!found) throw new Error("no MAC")
  const [line, mac] = found as unknown as [string, string]
  const end = found.index + line.length
  return {
    header: file.subarray(0, found.index + "\n---".length),
    mac: Uint8Array.from(atob(mac), (character) => character.charCodeAt(0)),
    nonce: file.subarray(end, end + nonceLength),
    payload: file.subarray(end + nonceLength),
  }
}
