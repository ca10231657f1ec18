import { linux } from "../os/linux.js"
import { errorName } from "./attempts.js"
import { passingDescriptor } from "./passing-descriptor.js"

/** What the app started the vault with: its standard streams, the channel, and the socket for descriptors. */
const inherited = Array.from({ length: passingDescriptor + 1 }, (_, descriptor) => descriptor)

/** struct sockaddr_un without a name, for which the system chooses one. */
const anyName = Uint8Array.of(1, 0)

/** A filter refuses it; it has a name; it is no socket; it isn't there. */
const unnameable: readonly string[] = ["EPERM", "EINVAL", "ENOTSOCK", "EBADF"]

/** What became of naming what the vault was started with. */
export interface InheritedSockets {
  /** By descriptor: "done", or an error's name. */
  readonly outcomes: { readonly [descriptor: string]: string }
  /** Whether nothing that comes later can name one of them. */
  readonly areClosed: boolean
  /** Whether sockets can be named at all, which a filter refuses where the backend doesn't need it. */
  readonly canBeNamed: boolean
}

/**
 * Names the sockets that the vault was started with. They belong to the app's network, in which a name is read by everybody
 * (/proc/net/unix): an engine that may name sockets, as NVIDIA's driver does, could tell 107 bytes by each of them. None can
 * be named twice. Undefined where no system call can be made.
 */
export async function nameInheritedSockets(): Promise<InheritedSockets | undefined> {
  const system = await linux()
  if (system === undefined) return undefined
  const outcomes = inherited.map((descriptor) => {
    const result = system.call("bind", descriptor, anyName, anyName.length)
    return [descriptor, result < 0 ? errorName(-result) : "done"] as const
  })
  return {
    outcomes: Object.fromEntries(outcomes),
    areClosed: outcomes.every(([, outcome]) => outcome === "done" || unnameable.includes(outcome)),
    canBeNamed: outcomes.some(([, outcome]) => outcome !== "EPERM"),
  }
}
