/*
 * Bech32 (BIP 173) as age uses it: recipients to text, and the text of private keys to bytes, without a string of it.
 */

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
const checksumWords = 6
const keyBytes = 32
/** Of 5 bits each. */
const keyWords = 52

/** How a line with an X25519 identity begins; upper case, as age writes it. */
const secretPrefix = Buffer.from("AGE-SECRET-KEY-1")
const secretLength = secretPrefix.length + keyWords + checksumWords

/** Whether a line has the beginning of an X25519 identity. */
export function isSecretKey(line: Uint8Array): boolean {
  return Buffer.compare(line.subarray(0, secretPrefix.length), secretPrefix) === 0
}

/**
 * Puts an identity's 32 bytes into `target`. False, and zeros, when the text isn't one. What it works with is single
 * characters.
 */
export function decodeSecretKey(line: Uint8Array, target: Uint8Array): boolean {
  if (line.length !== secretLength || !isSecretKey(line)) return false
  let checksum = checksumOfPrefix("age-secret-key-")
  let isRight = true
  let [bits, count, at] = [0, 0, 0]
  for (let i = secretPrefix.length; i < line.length; i++) {
    const word = wordOf(line[i] as number)
    isRight &&= word >= 0
    checksum = step(checksum, word & 31)
    if (i >= line.length - checksumWords) continue
    bits = ((bits & 0xff) << 5) | (word & 31)
    count += 5
    if (count < 8) continue
    count -= 8
    if (at < keyBytes) target[at++] = bits >>> count
  }
  // The last word has bits to spare, which are zeros.
  isRight &&= checksum === 1 && at === keyBytes && (bits & ((1 << count) - 1)) === 0
  if (!isRight) target.fill(0)
  return isRight
}

/** `age1...` */
export function encodeRecipient(publicKey: Uint8Array): string {
  const words: number[] = []
  let [bits, count] = [0, 0]
  for (const byte of publicKey) {
    bits = ((bits & 0xff) << 8) | byte
    for (count += 8; count >= 5; count -= 5) words.push((bits >>> (count - 5)) & 31)
  }
  if (count > 0) words.push((bits << (5 - count)) & 31)
  let checksum = [...words, 0, 0, 0, 0, 0, 0].reduce(step, checksumOfPrefix("age"))
  checksum ^= 1
  for (let i = checksumWords - 1; i >= 0; i--) words.push((checksum >>> (5 * i)) & 31)
  return `age1${words.map((word) => alphabet[word]).join("")}`
}

function checksumOfPrefix(prefix: string): number {
  const codes = [...Buffer.from(prefix)]
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)].reduce(step, 1)
}

function step(checksum: number, word: number): number {
  const top = checksum >>> 25
  let next = ((checksum & 0x1ffffff) << 5) ^ word
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  generator.forEach((value, i) => {
    if ((top >>> i) & 1) next ^= value
  })
  return next >>> 0
}

/** Of an upper-case character; -1 for another. */
function wordOf(code: number): number {
  const isLetter = code >= 65 && code <= 90
  const isDigit = code >= 48 && code <= 57
  if (!isLetter && !isDigit) return -1
  const lower = isLetter ? code + 32 : code
  for (let i = 0; i < alphabet.length; i++) if (alphabet.charCodeAt(i) === lower) return i
  return -1
}
