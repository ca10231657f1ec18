/**
 * Memory that Linux gives and keeps as it is told. Manual pages: mmap(2), mlock(2), madvise(2), memfd_secret(2),
 * getrlimit(2). Calls give 0, or the errno(3) that they failed with.
 */
import { linux } from "./linux.js"

/** An address in this process, the same in all of its threads. */
export type Address = bigint

export interface Failed {
  readonly errno: number
}

export interface SystemMemory {
  /** Of a page, in bytes. */
  readonly pageSize: number
  /** Private pages of zeros. A multiple of a page. From 2 MiB on in huge ones, where the system has some. */
  map(byteLength: number): Address | Failed
  /**
   * Pages that no other process can read, nor the kernel by its own map of memory, and that are never swapped. Given with
   * a page before and after them that nobody can touch.
   */
  mapSecret(byteLength: number): Address | Failed
  /** The same of ordinary private pages. */
  mapGuarded(byteLength: number): Address | Failed
  /** Nothing of the process may touch it afterwards, not even a view's owner. `guarded`: with the pages around it. */
  unmap(address: Address, byteLength: number, guarded: boolean): void
  /** Keeps pages from swap, and makes them present. */
  lock(address: Address, byteLength: number): number
  unlock(address: Address, byteLength: number): void
  /** Leaves the pages out of core files and out of child processes. */
  keepApart(address: Address, byteLength: number): void
  /** Gives unlocked private pages back: they stay mapped, and are zeros when they are touched again. */
  release(address: Address, byteLength: number): void
  /** The memory itself. Transferred, a view would be a copy; it may not be touched once the pages are gone. */
  view(address: Address, byteLength: number): Uint8Array<ArrayBuffer>
  /** Raises RLIMIT_MEMLOCK, how much the process may lock, as far as it may. */
  raiseLockLimit(): void
}

const pageSize = 4096
/** On x64, and on arm64 with pages of 4 KiB. What is mapped from this length on begins at a multiple of it (Linux 6.7). */
const hugePageSize = 2 * 2 ** 20
// asm-generic/mman-common.h, mman.h; fcntl.h; resource.h
const protection = { none: 0, readWrite: 1 | 2 }
const mapping = { shared: 0x01, private: 0x02, fixed: 0x10, anonymous: 0x20 }
const advice = { dontNeed: 4, dontFork: 10, huge: 14, dontDump: 16 }
const closeOnExec = 0o2000000
const limitMemlock = 8

/** Undefined elsewhere than on Linux on x64 and arm64, and where koffi has no binary for the platform. */
export async function systemMemory(): Promise<SystemMemory | undefined> {
  const system = await linux()
  if (!system) return undefined
  const { call } = system
  const { default: koffi } = await import("koffi")
  const anonymous = mapping.private | mapping.anonymous

  const placed = (result: number): Address | Failed => (result < 0 ? { errno: -result } : BigInt(result))

  /** Reserves the pages with one more on each side; `fill` puts memory in the middle. */
  function guarded(byteLength: number, fill: (middle: Address) => number): Address | Failed {
    const whole = placed(call("mmap", 0, byteLength + 2 * pageSize, protection.none, anonymous, -1, 0))
    if (typeof whole !== "bigint") return whole
    const middle = whole + BigInt(pageSize)
    const result = fill(middle)
    if (result >= 0) return middle
    call("munmap", whole, byteLength + 2 * pageSize)
    return { errno: -result }
  }

  return {
    pageSize,
    map(byteLength) {
      const address = placed(call("mmap", 0, byteLength, protection.readWrite, anonymous, -1, 0))
      // An advice: a kernel without huge pages refuses it, and gives small ones.
      if (typeof address === "bigint" && byteLength >= hugePageSize) call("madvise", address, byteLength, advice.huge)
      return address
    },
    mapGuarded: (byteLength) =>
      guarded(byteLength, (middle) => call("mprotect", middle, byteLength, protection.readWrite)),
    mapSecret(byteLength) {
      const descriptor = call("memfd_secret", closeOnExec)
      if (descriptor < 0) return { errno: -descriptor }
      try {
        const result = call("ftruncate", descriptor, byteLength)
        if (result < 0) return { errno: -result }
        const flags = mapping.shared | mapping.fixed
        return guarded(byteLength, (middle) =>
          call("mmap", middle, byteLength, protection.readWrite, flags, descriptor, 0),
        )
      } finally {
        call("close", descriptor)
      }
    },
    unmap(address, byteLength, isGuarded) {
      const around = isGuarded ? pageSize : 0
      call("munmap", address - BigInt(around), byteLength + 2 * around)
    },
    lock: (address, byteLength) => -call("mlock", address, byteLength),
    unlock: (address, byteLength) => void call("munlock", address, byteLength),
    keepApart(address, byteLength) {
      call("madvise", address, byteLength, advice.dontDump)
      call("madvise", address, byteLength, advice.dontFork)
    },
    release: (address, byteLength) => void call("madvise", address, byteLength, advice.dontNeed),
    view: (address, byteLength) => new Uint8Array(koffi.view(address, byteLength)),
    raiseLockLimit() {
      // struct rlimit: soft, hard
      const limits = new BigUint64Array(new ArrayBuffer(128), 0, 2)
      const bytes = new Uint8Array(limits.buffer)
      if (call("prlimit64", 0, limitMemlock, null, bytes) < 0) return
      limits[0] = limits[1] as bigint
      call("prlimit64", 0, limitMemlock, bytes, null)
    },
  }
}
