import { spawnSync } from "node:child_process"
import { closeSync, existsSync, openSync, readdirSync, rmSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import { folderIdentity } from "../folder-identity.js"
import { type Linux, linux } from "../os/linux.js"
import type { SystemCall } from "../os/system-calls.js"

/*
 * The vault tries what it forbids, before it takes a key: a mechanism counts only when its effect is seen. What an
 * attempt gives is the name of an error, such as "EPERM", or "done" when nothing stopped it.
 */

export interface Attempts {
  /** System calls that any process may make: what refuses them is a filter. Empty where none could be tried. */
  readonly calls: { readonly [call: string]: string }
  /**
   * Making a new file, by folder; "private" where the vault has another folder of that name, which goes away with it, and
   * "hidden" where it has none.
   */
  readonly files: { readonly [folder: string]: string }
  /** Listing the root folder, which everybody may but for Landlock. */
  readonly listRoot: string
  /** Starting a program. */
  readonly start: string
  /** Raising the limit of core files from 0. */
  readonly raiseCoreLimit: string
  /** What prctl(2) says: 0 is not dumpable; null where it couldn't be asked. */
  readonly dumpable: number | null
}

/** Family, protection, numbers: linux/socket.h, linux/ipc.h, linux/keyctl.h, linux/prctl.h, linux/resource.h. */
const unix = 1
const internet = 2
const netlink = 16
const stream = 1
const packets = 5
const raw = 3
const privateSegment = 0
const getKeyring = 0
const processKeyring = -2
const getDumpable = 3
const coreLimit = 4
const askPersonality = 0xffffffff

/** Each succeeds, or fails otherwise than with EPERM, in a process without a filter. */
const forbidden: readonly (readonly [name: string, call: SystemCall, ...values: (number | bigint)[]])[] = [
  ["socket (Unix)", "socket", unix, stream, 0],
  ["socket (Unix, packets)", "socket", unix, packets, 0],
  ["socket (Internet)", "socket", internet, stream, 0],
  ["socket (netlink)", "socket", netlink, raw, 0],
  ["socket (naming)", "bind", -1, 0, 0],
  ["shmget", "shmget", privateSegment, 4096, 0o600],
  ["msgget", "msgget", privateSegment, 0o600],
  ["keyctl", "keyctl", getKeyring, processKeyring, 0],
  ["process_vm_readv", "process_vm_readv", process.pid, 0, 0, 0, 0, 0],
  ["ptrace", "ptrace", 0xffff, 0, 0, 0],
  ["pidfd_getfd", "pidfd_getfd", -1, 0, 0],
  ["setns", "setns", -1, 0],
  ["unshare", "unshare", 0],
  ["personality", "personality", askPersonality],
]

/** @param writable are folders in which the app can make files, with {@link folderIdentity} as the app sees it. */
export async function attemptForbidden(writable: { readonly [folder: string]: string }): Promise<Attempts> {
  const system = await linux()
  return {
    calls: system ? attemptCalls(system) : {},
    files: Object.fromEntries(
      Object.entries(writable).map(([folder, identity]) => [folder, attemptFile(folder, identity)]),
    ),
    listRoot: attempt(() => readdirSync("/")),
    start: attemptStart(),
    raiseCoreLimit: system ? attemptLimit(system) : "ENOSYS",
    dumpable: system ? system.call("prctl", getDumpable, 0, 0, 0, 0) : null,
  }
}

function attemptCalls(system: Linux): Attempts["calls"] {
  return Object.fromEntries(
    forbidden.map(([name, call, ...values]) => {
      const result = system.call(call, ...values)
      if (result >= 0 && call === "socket") closeSync(result)
      if (result >= 0 && call === "shmget") system.call("shmctl", result, removeSegment, 0)
      if (result >= 0 && call === "msgget") system.call("msgctl", result, removeSegment, 0)
      return [name, result < 0 ? errorName(-result) : "done"]
    }),
  )
}

/** IPC_RMID */
const removeSegment = 0

function attemptStart(): string {
  const { error, status } = spawnSync("/bin/true", { stdio: "ignore", env: {} })
  if (error === undefined) return status === 0 ? "done" : `status ${status}`
  return (error as NodeJS.ErrnoException).code ?? error.name
}

function attemptLimit(system: Linux): string {
  const limit = new Uint8Array(new BigUint64Array([1n, 1n]).buffer)
  const result = system.call("prlimit64", 0, coreLimit, limit, 0)
  return result < 0 ? errorName(-result) : "done"
}

function attemptFile(folder: string, identity: string): string {
  if (!existsSync(folder)) return "hidden"
  const outcome = attempt(() => makeFile(folder))
  return outcome === "done" && folderIdentity(folder) !== identity ? "private" : outcome
}

/** Random, so that nothing of anybody's is ever touched. */
function makeFile(folder: string): void {
  const path = join(folder, `.strongroom-attempt-${crypto.randomUUID()}`)
  closeSync(openSync(path, "wx"))
  rmSync(path, { force: true })
}

function attempt(action: () => unknown): string {
  try {
    action()
    return "done"
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).name
  }
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))

/** The symbolic name of an errno. */
export function errorName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}
