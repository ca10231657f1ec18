/**
 * native/segments.c: the one function of the vault's own native library that opens segments, and the memory that it and
 * TypeScript share. The structures' layout is written twice, there and here.
 */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Pointer } from "./evp.js"
import { loadKoffi } from "./koffi.js"

/** Consecutive segments to be opened where they will lie. Memory is lent until the last call of {@link NativeJob.open}. */
export interface JobToOpen {
  /** `count` segments one after another. */
  readonly target: Uint8Array
  /** 16 bytes for each of them. */
  readonly tags: Uint8Array
  /** 32 bytes for each of them. */
  readonly digests: Uint8Array
  /** The index in the model of the first of them. */
  readonly first: number
  readonly count: number
  /** Of the whole model. */
  readonly segments: number
  readonly segmentSize: number
  /** Where the ciphertext is. Absent: in `target`. */
  readonly file?: { readonly descriptor: number; readonly position: number } | undefined
  /** Digest two segments at once where the processor can (native/sha256-pair.c). Default: yes. */
  readonly digestPairs?: boolean
}

/** What failed. `library`: a function of OpenSSL's that has no reason to. */
export type NativeStep = "read" | "digest" | "tag" | "library"

export interface NativeJob {
  /**
   * Opens the next segments, `most` or one more, on one of libuv's threads, and gives how many: fewer when there are no
   * more, or one failed. Any number of calls may be under way, each with contexts of its own: a cipher's that has its
   * key, for decrypting, and a digest's that has its algorithm. Without the latter no digest is compared: to measure what
   * they cost, and for nothing else.
   */
  open(cipher: Pointer, digest: Pointer | undefined, most: number): Promise<number>
  /** How many segments have been taken by a call, opened or not yet. */
  taken(): number
  /** No call takes another segment. */
  stop(): void
  /** The failed segment of the lowest index, counted from the job's first, once no call is under way. It is zeroed. */
  fault(): { readonly index: number; readonly step: NativeStep } | undefined
}

export interface NativeSegments {
  job(segments: JobToOpen): NativeJob
}

const steps: readonly NativeStep[] = ["read", "digest", "tag", "library"]
const noFault = 2n ** 64n - 1n

/** Bytes read and digested before the next: they stay in a core's cache. */
const blockLength = 131_072

/** Words of `struct job`. */
const [nextWord, faultWord, jobWords] = [13, 14, 15]

/** In the order of `struct functions`. */
const functionNames = [
  "EVP_DigestInit_ex",
  "EVP_DigestUpdate",
  "EVP_DigestFinal_ex",
  "EVP_DecryptInit_ex",
  "EVP_CIPHER_CTX_ctrl",
  "EVP_DecryptUpdate",
  "EVP_DecryptFinal_ex",
  "ERR_clear_error",
]

const signature = "uint64_t strongroom_open_segments(void *job, void *cipher, void *digest, uint64_t most)"

type Open = { async(...values: [...unknown[], (error: unknown, opened: number) => void]): void }

/**
 * Finds the library: preloaded into this process, or else in this package, or at `path`.
 *
 * @throws when it wasn't built for this platform, or koffi isn't installed for it.
 */
export async function loadSegments(path?: string): Promise<NativeSegments> {
  const koffi = await loadKoffi()
  const library = koffi.load(null)
  const open = openFunction()
  const functions = new BigUint64Array(new ArrayBuffer(8 * functionNames.length))
  functions.set(functionNames.map((name) => library.symbol(name) as bigint))

  function openFunction(): Open {
    try {
      return library.func(signature) as unknown as Open
    } catch {
      return koffi.load(path ?? libraryPath()).func(signature) as unknown as Open
    }
  }

  return {
    job({ target, tags, digests, first, count, segments, segmentSize, file, digestPairs = true }) {
      const shared = new BigUint64Array(new ArrayBuffer(8 * jobWords))
      shared.set([
        koffi.address(functions),
        count === 0 ? 0n : koffi.address(target),
        koffi.address(tags),
        koffi.address(digests),
        BigInt(first),
        BigInt(count),
        BigInt(segments),
        BigInt(segmentSize),
        BigInt(target.length - (count - 1) * segmentSize),
        BigInt(file?.position ?? 0),
        BigInt(blockLength),
        BigInt(digestPairs),
        BigInt.asUintN(64, BigInt(file?.descriptor ?? -1)),
        0n,
        noFault,
      ])
      return {
        open(cipher, digest, most) {
          return new Promise((resolve, reject) => {
            const lent = [shared, functions, target, tags, digests]
            inUse.add(lent)
            open.async(shared, cipher, digest ?? null, most, (error, opened) => {
              inUse.delete(lent)
              if (error) reject(error)
              else resolve(opened)
            })
          })
        },
        taken: () => Math.min(count, Number(Atomics.load(shared, nextWord))),
        stop: () => void Atomics.store(shared, nextWord, BigInt(count)),
        fault() {
          const fault = shared[faultWord] as bigint
          if (fault === noFault) return undefined
          return { index: Number(fault >> 2n), step: steps[Number(fault & 3n)] as NativeStep }
        },
      }
    },
  }
}

/** What other threads are using: koffi takes addresses and keeps no hold on the memory. */
const inUse = new Set<readonly unknown[]>()

/** This file is bundled into dist/ or a folder of it; tests run it from src/os/. */
function libraryPath(): string {
  const name = `native/${process.platform}-${process.arch}.so`
  const found = [`./${name}`, `../${name}`, `../../dist/${name}`]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error("The vault's native library wasn't built for this platform.")
  return found
}
