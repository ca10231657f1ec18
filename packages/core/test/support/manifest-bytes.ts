import { readU32 } from "../../src/bytes.js"
import type { Cryptography } from "../../src/crypto/cryptography.js"
import { readFront } from "../../src/format/front.js"
import { payloadCipher } from "../../src/format/keys.js"
import type { Keys } from "../../src/format/open.js"
import { readPlaintext } from "../../src/format/payload.js"
import { readIdentity } from "../../src/grant/age.js"
import { openGrant } from "../../src/grant/open.js"
import { heapPlaintext } from "../../src/host/plaintext.js"
import { bytesSource } from "../../src/source/bytes.js"
import { readTrust } from "../../src/trust/trust.js"

/** A manifest's exact bytes, which the API doesn't give: vectors hold their digest. */
export async function manifestBytesOf(body: Uint8Array, keys: Keys, cryptography: Cryptography): Promise<Uint8Array> {
  const source = bytesSource(body)
  const { now = new Date() } = keys
  const front = await readFront(source, { pins: readTrust(keys.trust), now, cryptography, signal: undefined })
  const context = { ...front, identity: readIdentity(keys.identity), now, cryptography }
  const { contentKey } = await openGrant(keys.grant, context)
  const cipher = await payloadCipher(contentKey, front.header, cryptography)
  const payload = { source, layout: front.layout, tables: front.tables, cryptography, allocate: heapPlaintext }
  const length = new Uint8Array(4)
  await readPlaintext(payload, cipher, 0, length, {})
  const bytes = new Uint8Array(readU32(length, 0))
  await readPlaintext(payload, cipher, 4, bytes, {})
  return bytes
}
