import { allowed, audit, data, encode, equal, errno, failWith, give, load } from "./bpf.js"
import { type Architecture, numberOf, type SystemCall } from "./system-calls.js"

/** What changes modes, owners and times of files that exist, which Landlock has no right for. */
const attributeCalls: readonly SystemCall[] = [
  ...(["chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"] as const),
  ...(["utime", "utimes", "utimensat", "futimesat"] as const),
]

/** A filter that refuses those calls, and adds nothing else to what is refused already. */
export function compileAttributeFilter(architecture: Architecture): Uint8Array {
  const refused = give(failWith(errno.EPERM))
  const numbers = attributeCalls.flatMap((name) => numberOf(name, architecture) ?? [])
  return encode([
    load(data.architecture),
    equal(audit[architecture], 1, 0),
    refused,
    load(data.number),
    ...numbers.flatMap((number) => [equal(number, 0, 1), refused]),
    give(allowed),
  ])
}
