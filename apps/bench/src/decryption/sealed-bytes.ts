import { createCipheriv, createHash, randomBytes } from "node:crypto"
import { openSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const segmentSize = 2 ** 20
export const segments = 128
export const byteLength = segments * segmentSize

/** 128 MiB, plain and as segments by spec/sealed-model.md, in memory and in files that the system has in memory too. */
export interface SealedBytes {
  readonly plain: Uint8Array
  readonly sealed: Uint8Array
  readonly key: Uint8Array
  readonly tags: Uint8Array
  readonly digests: Uint8Array
  readonly folder: string
  readonly plainPath: string
  /** Of the file of `sealed`, open for reading. */
  readonly descriptor: number
  nonce(index: number): Uint8Array
  remove(): Promise<void>
}

export async function sealBytes(): Promise<SealedBytes> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-decryption-"))
  const key = randomBytes(32)
  const plain = new Uint8Array(byteLength)
  for (let at = 0; at < byteLength; at += segmentSize) plain.set(randomBytes(segmentSize), at)
  const sealed = new Uint8Array(byteLength)
  const [tags, digests] = [new Uint8Array(16 * segments), new Uint8Array(32 * segments)]
  for (let index = 0; index < segments; index++) {
    const cipher = createCipheriv("aes-256-gcm", key, nonceOf(index))
    const segment = cipher.update(plain.subarray(index * segmentSize, (index + 1) * segmentSize))
    cipher.final()
    const tag = cipher.getAuthTag()
    const number = Buffer.alloc(8)
    number.writeBigUInt64LE(BigInt(index))
    const digest = createHash("sha256").update("\x18strongroom model segment").update(number).update(segment)
    sealed.set(segment, index * segmentSize)
    tags.set(tag, 16 * index)
    digests.set(digest.update(tag).digest(), 32 * index)
  }
  const [plainPath, sealedPath] = [join(folder, "plain"), join(folder, "sealed")]
  await writeFile(plainPath, plain)
  await writeFile(sealedPath, sealed)
  const descriptor = openSync(sealedPath, "r")
  const remove = () => rm(folder, { recursive: true, force: true })
  return { plain, sealed, key, tags, digests, folder, plainPath, descriptor, nonce: nonceOf, remove }
}

function nonceOf(index: number): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(index), 3)
  nonce.writeUInt8(Number(index === segments - 1), 11)
  return nonce
}
