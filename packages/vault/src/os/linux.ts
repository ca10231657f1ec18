import { numberOf, type SystemCall, thisArchitecture } from "./system-calls.js"

/** A number, an address, or memory whose address is passed. */
export type Argument = number | bigint | Uint8Array | null

/** Linux's system calls, by way of the C library that is in Node. */
export interface Linux {
  /** What the kernel gives: a number from 0, or -errno. -38 (ENOSYS) for a call that this architecture hasn't. */
  call(name: SystemCall, ...values: readonly Argument[]): number
  /** Where the bytes lie; valid as long as they are. */
  address(bytes: Uint8Array): bigint
}

const notThere = -38

let loading: Promise<Linux | undefined> | undefined

/** Undefined elsewhere than on Linux on x64 and arm64, and where koffi has no binary for the platform. */
export function linux(): Promise<Linux | undefined> {
  loading ??= load().catch(() => undefined)
  return loading
}

async function load(): Promise<Linux | undefined> {
  const architecture = thisArchitecture()
  if (architecture === undefined) return undefined
  const { default: koffi } = await import("koffi")
  const library = koffi.load(null)
  // Variadic, but all of syscall(2)'s arguments go the way of ordinary ones on these architectures.
  const syscall = library.func(
    "long syscall(long number, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)",
  ) as unknown as (...values: (number | bigint)[]) => number
  return {
    address: (bytes) => koffi.address(bytes),
    call(name, ...values) {
      const number = numberOf(name, architecture)
      if (number === undefined) return notThere
      const passed = Array.from({ length: 6 }, (_, index) => {
        const value = values[index] ?? 0
        return value instanceof Uint8Array ? koffi.address(value) : value
      })
      const result = Number(syscall(number, ...passed))
      return result === -1 ? -koffi.errno() : result
    },
  }
}
