import { allowed, audit, data, encode, equal, errno, failWith, filterFlags, give, load } from "./bpf.js"
import { type Architecture, numberOf } from "./system-calls.js"

/**
 * A filter that allows everything but setting another one, of which it allows one: that whose struct sock_fprog lies at
 * `program`, for all threads. It is added to a filter that allows no other architecture's calls.
 */
export function compileReservingFilter(program: bigint, architecture: Architecture): Uint8Array {
  const refused = failWith(errno.EPERM)
  return encode([
    load(data.architecture),
    equal(audit[architecture], 1, 0),
    give(refused),
    load(data.number),
    equal(numberOf("seccomp", architecture) ?? -1, 1, 0),
    give(allowed),
    load(data.low(1)),
    equal(filterFlags.allThreads, 1, 0),
    give(refused),
    load(data.low(2)),
    equal(Number(BigInt.asUintN(32, program)), 1, 0),
    give(refused),
    load(data.high(2)),
    equal(Number(program >> 32n), 1, 0),
    give(refused),
    give(allowed),
  ])
}
