import { closeSync, readSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { loadEvp } from "../../../../packages/vault/src/os/evp.js"
import { loadSegments } from "../../../../packages/vault/src/os/segments.js"
import { evpCryptography } from "../../../../packages/vault/src/worker/cryptography.js"
import { byteLength, type SealedBytes, segmentSize, segments } from "./sealed-bytes.js"

/** What a sample is measured of: milliseconds for all the bytes. The plaintext is looked at after every one. */
export type Sample = () => Promise<number>

export interface NativeChoice {
  readonly threads: number
  readonly digest: boolean
  readonly file: boolean
  readonly processorTime?: boolean
}

export interface Ours {
  /**
   * `threads` calls of native code at once, which take segments until there are no more. `processorTime`: the process's
   * own, of all its threads and the kernel's work for them, divided by `threads`.
   */
  native(choice: NativeChoice): Sample
  /** As a vault does it: what core calls. */
  readonly whole: Sample
  /** The parts of the work, one after another on one thread: reading into the final buffer, EVP's decryption there. */
  parts(choice: { readonly digest: boolean }): Sample
  close(): void
}

const library = join(
  dirname(createRequire(import.meta.url).resolve("@strongroom/vault/package.json")),
  `dist/native/${process.platform}-${process.arch}.so`,
)

export async function ours(bytes: SealedBytes): Promise<Ours> {
  const { plain, sealed, key, tags, digests, descriptor } = bytes
  const [evp, native] = [await loadEvp(), await loadSegments(library)]
  const cipher = await evpCryptography(evp, native).aesGcm(key)
  const { openSegments } = cipher
  if (openSegments === undefined) throw new Error("The native library isn't built.")
  /** Used again for every sample: memory that is new costs more than decrypting it. */
  const target = new Uint8Array(byteLength).fill(1)

  const processorMilliseconds = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }

  const timed = async (work: () => Promise<void>, clock = () => performance.now()): Promise<number> => {
    const start = clock()
    await work()
    const taken = clock() - start
    if (Buffer.compare(target, plain) !== 0) throw new Error("Decryption gave other bytes.")
    return taken
  }

  const contexts = () => {
    const [cipher, digest] = [evp.cipherNew(), evp.digestNew()]
    evp.cipherInit(cipher, evp.aes256Gcm, key, new Uint8Array(12), false)
    evp.digestInit(digest, evp.sha256)
    const free = () => {
      evp.cipherFree(cipher)
      evp.digestFree(digest)
    }
    return { cipher, digest, free }
  }

  const run = { first: 0, count: segments, segments, segmentSize, target, tags, digests }

  return {
    native:
      ({ threads, digest, file, processorTime = false }) =>
      async () => {
        if (!file) target.set(sealed)
        const clock = processorTime ? () => processorMilliseconds() / threads : undefined
        return await timed(async () => {
          const job = native.job({ ...run, ...(file && { file: { descriptor, position: 0 } }) })
          const open = async () => {
            const lane = contexts()
            await job.open(lane.cipher, digest ? lane.digest : undefined, segments)
            lane.free()
          }
          await Promise.all(Array.from({ length: threads }, open))
        }, clock)
      },
    whole: () =>
      timed(async () => {
        await openSegments({ ...run, file: { descriptor, position: 0 } }, undefined)
      }),
    parts:
      ({ digest: withDigest }) =>
      () =>
        timed(async () => {
          const { cipher, digest, free } = contexts()
          for (let at = 0; at < byteLength; at += segmentSize) readSync(descriptor, target, at, segmentSize, at)
          for (let at = 0; withDigest && at < byteLength; at += segmentSize) {
            evp.digestUpdate(digest, target.subarray(at, at + segmentSize))
          }
          for (let index = 0; index < segments; index++) {
            evp.cipherInit(cipher, evp.aes256Gcm, key, bytes.nonce(index), false)
            evp.cipherUpdate(cipher, target.subarray(index * segmentSize, (index + 1) * segmentSize))
            evp.setTag(cipher, tags.subarray(16 * index, 16 * (index + 1)))
            if (!evp.cipherFinal(cipher)) throw new Error("A tag doesn't fit.")
          }
          free()
        }),
    close() {
      cipher.close()
      closeSync(descriptor)
    },
  }
}
