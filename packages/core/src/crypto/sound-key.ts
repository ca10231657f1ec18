/**
 * False for a public key that no verifier may use (spec/sealed-model.md): one that isn't 32 bytes in the canonical
 * encoding (RFC 8032, 5.1.3: y below p = 2^255 - 19, and no sign where x is 0), and the eight points of small order, for
 * which anyone can sign. Whether there is a point with this y is for the verifier to find. OpenSSL takes all of these.
 */
export function isSoundKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false
  // Where x is 0, y is 1 or p - 1, and those are of small order: the sign needs no other look.
  const y = publicKey.reduceRight((value, byte, i) => (value << 8n) | BigInt(i === 31 ? byte & 0x7f : byte), 0n)
  return y < p && !smallOrder.includes(y)
}

const p = 2n ** 255n - 19n
/** Of a point of order 8; that of the others is its negative. */
const y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
/** The y of the points of order 1, 2, 4 and 8. */
const smallOrder = [1n, p - 1n, 0n, y8, p - y8]
