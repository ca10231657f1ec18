/**
 * Linux's C library, on 64-bit machines: every native signature of it that app and vault use, but the heap's, in heap.ts.
 * Manual pages: socketpair(2), sendmsg(2), recvmsg(2), read(2), sched_yield(2), memfd_create(2), fcntl(2), mmap(2), munmap(2).
 */
import { getSystemErrorName } from "node:util"
import { loadKoffi } from "./koffi.js"

export interface Libc {
  /** Two connected Unix sockets, which no program that is started inherits. `packet` keeps the bounds of messages. */
  socketPair(type: "stream" | "packet"): readonly [number, number]
  /** Sends the message whose `struct msghdr` is at that address, without waiting. False: there is no room now. */
  sendMessage(socket: number, header: bigint): boolean
  /** Receives into the message at that address, without waiting. `undefined`: none is there. The number of its bytes. */
  receiveMessage(socket: number, header: bigint): number | undefined
  /** Reads into `bytes`, from a descriptor that doesn't wait. `undefined`: nothing is there. 0: nothing will be. */
  read(descriptor: number, bytes: Uint8Array): number | undefined
  /** Lets another thread have this one's processor, where one waits for it. */
  yieldProcessor(): void
  /** Where the bytes lie: valid while somebody holds them, and their buffer is longer than 64 bytes. */
  addressOf(bytes: Uint8Array): bigint
  /** A file of that length in memory only, which nobody can make shorter or longer. */
  memoryFile(byteLength: number): number
  /** Whether a file has those seals for good. */
  isSealed(descriptor: number): boolean
  /**
   * A file's memory in this process. The view is this thread's alone: transferred, it becomes a copy. Whoever maps
   * it sees to it that nothing touches the view after `unmap`.
   */
  map(descriptor: number, byteLength: number): Mapping
}

export interface Mapping {
  readonly bytes: Uint8Array
  /** Gives the memory back. What still looks at it reads zeros: nothing breaks, and no other memory is seen. */
  retire(): void
  /** Gives memory and addresses back. */
  unmap(): void
}

// Values of Linux on x86-64 and arm64.
const unix = 1
const socketTypes = { stream: 1, packet: 5 } as const
const closeOnExec = 0o2000000
const nonBlocking = 0o4000
const dontWait = 0x40
const noSignal = 0x4000
const receivedCloseOnExec = 0x4000_0000
const memoryFlags = { closeOnExec: 1, allowSealing: 2, neverExecutable: 8 } as const
const addSeals = 1033
const getSeals = 1034
const seals = { seal: 1, shrink: 2, grow: 4 } as const
const allSeals = seals.seal | seals.shrink | seals.grow
const readWrite = 1 | 2
const shared = 1
const privateAnonymousFixed = 2 | 0x20 | 0x10 | 0x4000 // the last: MAP_NORESERVE
const busy: readonly number[] = [11, 109, 105] // EAGAIN, ETOOMANYREFS, ENOBUFS
const mapFailed = 2n ** 64n - 1n

/** Where what is in this file holds. */
export const isKnownPlatform: boolean =
  process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64")

/** @throws when koffi isn't installed for this platform, or the C library lacks one of the functions. */
export async function loadLibc(): Promise<Libc> {
  if (!isKnownPlatform) throw new Error("The layouts of this platform's C library aren't known here.")
  const koffi = await loadKoffi()
  const library = koffi.load(null)
  const integer = (definition: string) => library.func(definition) as unknown as (...values: unknown[]) => number
  const socketpair = integer("int socketpair(int domain, int type, int protocol, void *sockets)")
  const sendmsg = integer("int64_t sendmsg(int socket, uint64_t message, int flags)")
  const recvmsg = integer("int64_t recvmsg(int socket, uint64_t message, int flags)")
  const read = integer("int64_t read(int descriptor, void *bytes, size_t length)")
  const schedYield = integer("int sched_yield()")
  const memfdCreate = integer("int memfd_create(const char *name, unsigned int flags)")
  const ftruncate = integer("int ftruncate(int descriptor, int64_t length)")
  const fcntl = integer("int fcntl(int descriptor, int command, int argument)")
  const close = integer("int close(int descriptor)")
  const mmap = library.func(
    "uint64_t mmap(uint64_t address, size_t length, int protection, int flags, int descriptor, int64_t offset)",
  ) as unknown as (...values: unknown[]) => bigint | number
  const munmap = integer("int munmap(uint64_t address, size_t length)")

  function failed(call: string): NodeJS.ErrnoException {
    const code = getSystemErrorName(-koffi.errno())
    return Object.assign(new Error(`${call}: ${code}`), { code, syscall: call })
  }

  function check(call: string, result: number): number {
    if (result < 0) throw failed(call)
    return result
  }

  /** `undefined` for what succeeds later. The system counts descriptors on their way as a shortage of another kind. */
  function unlessBusy(call: string, result: number): number | undefined {
    if (result >= 0) return result
    if (busy.includes(koffi.errno())) return undefined
    throw failed(call)
  }

  function mapped(address: bigint, byteLength: number, flags: number, descriptor: number): bigint {
    const result = BigInt(mmap(address, byteLength, readWrite, flags, descriptor, 0))
    if (result === mapFailed) throw failed("mmap")
    return result
  }

  return {
    socketPair(type) {
      const pair = new Int32Array(2)
      check("socketpair", socketpair(unix, socketTypes[type] | closeOnExec | nonBlocking, 0, pair))
      return [pair[0] as number, pair[1] as number]
    },
    sendMessage: (socket, header) => unlessBusy("sendmsg", sendmsg(socket, header, dontWait | noSignal)) !== undefined,
    receiveMessage: (socket, header) => unlessBusy("recvmsg", recvmsg(socket, header, dontWait | receivedCloseOnExec)),
    read: (descriptor, bytes) => unlessBusy("read", read(descriptor, bytes, bytes.length)),
    yieldProcessor: () => void schedYield(),
    addressOf: (bytes) => koffi.address(bytes),
    memoryFile(byteLength) {
      const { closeOnExec, allowSealing, neverExecutable } = memoryFlags
      const known = closeOnExec | allowSealing
      // Kernels before 6.3 don't know the third.
      let descriptor = memfdCreate("strongroom", known | neverExecutable)
      if (descriptor < 0) descriptor = check("memfd_create", memfdCreate("strongroom", known))
      try {
        check("ftruncate", ftruncate(descriptor, byteLength))
        check("fcntl", fcntl(descriptor, addSeals, allSeals))
        return descriptor
      } catch (error) {
        close(descriptor)
        throw error
      }
    },
    isSealed: (descriptor) => (check("fcntl", fcntl(descriptor, getSeals, 0)) & allSeals) === allSeals,
    map(descriptor, byteLength) {
      const address = mapped(0n, byteLength, shared, descriptor)
      return {
        bytes: new Uint8Array(koffi.view(address, byteLength)),
        retire: () => void mapped(address, byteLength, privateAnonymousFixed, -1),
        unmap: () => void munmap(address, byteLength),
      }
    },
  }
}
