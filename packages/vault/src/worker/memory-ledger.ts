/*
 * What a thread has of memory that isn't JavaScript's, written where the main thread can read it at any moment, also when
 * the thread has been ended by force. One writer, many readers.
 */

/** How keys are kept, best first. */
export const secretKinds = ["memfd_secret", "locked", "plain"] as const
export type SecretKind = (typeof secretKinds)[number]

export interface Region {
  readonly address: bigint
  readonly byteLength: number
  /** With a page of guard on each side. */
  readonly secret: boolean
}

export interface MemoryCounts {
  /** Worst of the thread's; `undefined` before it has any. */
  readonly secrets: SecretKind | undefined
  /** Why they aren't of a better kind; 0 where they are of the best. */
  readonly secretsErrno: number
  readonly lockedBytes: number
  /** The host's plaintext buffers that are, or were, not locked. */
  readonly unlockedBytes: number
  /** Of the last attempt to lock that failed. */
  readonly lockErrno: number
}

export interface MemoryLedger extends MemoryCounts {
  noteSecrets(kind: SecretKind, errno: number): void
  noteLocked(byteLength: number): void
  noteUnlocked(byteLength: number, errno: number): void
  /** False: there is no room for another. */
  addRegion(region: Region): boolean
  regions(): readonly Region[]
}

const slots = { secrets: 0, secretsErrno: 1, locked: 2, unlocked: 3, lockErrno: 4, regions: 5 } as const
const headLength = 8
const mostRegions = 8192

export function ledgerMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * (headLength + 2 * mostRegions))
}

/** The ledger in `memory`, which {@link ledgerMemory} made. */
export function memoryLedger(memory: SharedArrayBuffer): MemoryLedger {
  const words = new BigInt64Array(memory)
  const read = (slot: number) => Number(Atomics.load(words, slot))
  const write = (slot: number, value: number) => void Atomics.store(words, slot, BigInt(value))
  return {
    get secrets() {
      return secretKinds[read(slots.secrets) - 1]
    },
    get secretsErrno() {
      return read(slots.secretsErrno)
    },
    get lockedBytes() {
      return read(slots.locked)
    },
    get unlockedBytes() {
      return read(slots.unlocked)
    },
    get lockErrno() {
      return read(slots.lockErrno)
    },
    noteSecrets(kind, errno) {
      write(slots.secrets, Math.max(read(slots.secrets), secretKinds.indexOf(kind) + 1))
      if (errno !== 0) write(slots.secretsErrno, errno)
    },
    noteLocked: (byteLength) => write(slots.locked, read(slots.locked) + byteLength),
    noteUnlocked(byteLength, errno) {
      write(slots.unlocked, read(slots.unlocked) + byteLength)
      write(slots.lockErrno, errno)
    },
    addRegion({ address, byteLength, secret }) {
      const count = read(slots.regions)
      if (count === mostRegions) return false
      const at = headLength + 2 * count
      Atomics.store(words, at, BigInt.asIntN(64, address))
      Atomics.store(words, at + 1, BigInt(secret ? -byteLength : byteLength))
      write(slots.regions, count + 1)
      return true
    },
    regions() {
      return Array.from({ length: read(slots.regions) }, (_, i) => {
        const at = headLength + 2 * i
        const length = read(at + 1)
        const address = BigInt.asUintN(64, Atomics.load(words, at))
        return { address, byteLength: Math.abs(length), secret: length < 0 }
      })
    },
  }
}
