import { createDecipheriv, createHash, webcrypto } from "node:crypto"
import { readSync } from "node:fs"
import { createRequire } from "node:module"
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from "age-encryption"
import type { Sample } from "./ours.js"
import { byteLength, type SealedBytes, segmentSize, segments } from "./sealed-bytes.js"

export interface Peer {
  readonly name: string
  /** Whether it also compares a hash of the bytes: it is held against ours that does. */
  readonly hashes: boolean
  /** From a file in the system's memory to plaintext; age-encryption from memory. */
  readonly sample: Sample
  close?(): void
}

/** What is in npm and in Node. */
export async function peersInNode(bytes: SealedBytes): Promise<readonly Peer[]> {
  const node = `node:crypto of Node ${process.versions.node}`
  return [
    { name: node, hashes: false, sample: nodeCrypto(bytes, false) },
    { name: `${node} with createHash`, hashes: true, sample: nodeCrypto(bytes, true) },
    { name: `WebCrypto of Node ${process.versions.node}, 4 at once`, hashes: false, sample: webCrypto(bytes) },
    { name: `age-encryption ${versionOf("age-encryption")}`, hashes: false, sample: await age(bytes) },
  ]
}

/** Its plaintext comes in memory of its own, a segment at a time, and stays there. */
function nodeCrypto({ descriptor, key, tags, digests, nonce, plain }: SealedBytes, hash: boolean): Sample {
  const read = Buffer.alloc(segmentSize)
  return async () => {
    const start = performance.now()
    const opened: Buffer[] = []
    for (let index = 0; index < segments; index++) {
      readSync(descriptor, read, 0, segmentSize, index * segmentSize)
      const tag = tags.subarray(16 * index, 16 * (index + 1))
      if (hash) {
        const number = Buffer.alloc(8)
        number.writeBigUInt64LE(BigInt(index))
        const digest = createHash("sha256")
          .update("\x18strongroom model segment")
          .update(number)
          .update(read)
          .update(tag)
        if (digest.digest().compare(digests, 32 * index, 32 * (index + 1)) !== 0) throw new Error("A digest is wrong.")
      }
      const decipher = createDecipheriv("aes-256-gcm", key, nonce(index)).setAuthTag(tag)
      opened.push(decipher.update(read))
      decipher.final()
    }
    const taken = performance.now() - start
    if (Buffer.compare(opened[1] as Buffer, plain.subarray(segmentSize, 2 * segmentSize)) !== 0) throw otherBytes()
    return taken
  }
}

function webCrypto({ descriptor, key, tags, nonce, plain }: SealedBytes): Sample {
  const { subtle } = webcrypto
  return async () => {
    const imported = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"])
    const start = performance.now()
    const opened: ArrayBuffer[] = []
    const lane = async (first: number) => {
      const read = new Uint8Array(segmentSize + 16)
      for (let index = first; index < segments; index += 4) {
        readSync(descriptor, read, 0, segmentSize, index * segmentSize)
        read.set(tags.subarray(16 * index, 16 * (index + 1)), segmentSize)
        opened[index] = await subtle.decrypt({ name: "AES-GCM", iv: nonce(index) }, imported, read)
      }
    }
    await Promise.all([0, 1, 2, 3].map(lane))
    const taken = performance.now() - start
    const second = new Uint8Array(opened[1] as ArrayBuffer)
    if (Buffer.compare(second, plain.subarray(segmentSize, 2 * segmentSize)) !== 0) throw otherBytes()
    return taken
  }
}

/** A quarter of the bytes, and four times the time: it takes a second for all. */
async function age({ plain }: SealedBytes): Promise<Sample> {
  const quarter = plain.subarray(0, byteLength / 4)
  const identity = await generateIdentity()
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(identity))
  const file = await encrypter.encrypt(quarter)
  return async () => {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const start = performance.now()
    const opened = await decrypter.decrypt(file, "uint8array")
    const taken = performance.now() - start
    if (Buffer.compare(opened, quarter) !== 0) throw otherBytes()
    return 4 * taken
  }
}

function otherBytes(): Error {
  return new Error("A peer gave other bytes.")
}

/** Of a package that doesn't export its package.json. */
function versionOf(name: string): string {
  const main = createRequire(import.meta.url).resolve(name)
  const root = main.slice(0, main.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length)
  return createRequire(import.meta.url)(`${root}package.json`).version
}
