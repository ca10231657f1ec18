import { fstatSync, lstatSync, readFileSync, statfsSync, statSync } from "node:fs"
import { constants, homedir, tmpdir } from "node:os"
import { setTimeout } from "node:timers/promises"
import { folderIdentity } from "../folder-identity.js"
import type { JailResults } from "../os/jail.js"
import type { Attempts } from "./attempts.js"
import { type Finding, unavailable } from "./findings.js"
import { inspectorListens, inspectorSignalsTaken, inspectorWasClosed, shutInspector } from "./signals.js"

/*
 * What this process finds when it looks at itself. A mechanism counts only when its effect is seen here: what the app
 * asked for is not evidence. These throw where the system lets nothing be seen.
 */

/** Compares the whole environment with what the app says that it put there. */
export function observeEnvironment(expected: { readonly [name: string]: string }): Finding {
  const names = Object.keys(process.env).sort()
  const wrong = new Set([...names, ...Object.keys(expected)].filter((name) => process.env[name] !== expected[name]))
  const evidence = { names, differing: [...wrong].sort() }
  if (wrong.size > 0) return unavailable("The process has variables, or values, that its list doesn't have.", evidence)
  return {
    state: "enforced",
    mechanism: "It is started with a list built from nothing; nothing is inherited.",
    evidence,
  }
}

/** @param outside tells the folder that the app made: in a mount namespace of its own the vault has another one there. */
export function observeDirectory(directory: string, outside: string, jail: JailResults | undefined): Finding {
  if (process.platform === "win32") {
    return unavailable("Windows has no file modes; what the folder inherits isn't looked at.", { directory })
  }
  const { uid, mode, dev, ino } = lstatSync(directory)
  const own = uid === process.getuid?.()
  // By what the system has, not by names: the folder may have been moved, and another put in its place.
  const used = [".", homedir(), tmpdir()].every((path) => {
    const place = statSync(path)
    return place.dev === dev && place.ino === ino
  })
  const apart = folderIdentity(directory) !== outside
  const evidence = {
    mode: (mode & 0o7777).toString(8).padStart(4, "0"),
    own,
    homeTemporaryAndWorking: used,
    apart,
    parentConfined: jail?.relay === 0,
  }
  if (!own || !used || (mode & 0o077) !== 0) return unavailable("The folder isn't private, or isn't used.", evidence)
  if (!apart) {
    const mechanism =
      "A new folder of mode 0700, removed when the vault ends; another process of the same user can enter it."
    return unavailable(mechanism, evidence)
  }
  if (jail?.relay !== 0) {
    return unavailable("A tmpfs of its own, but its parent, which others may reach, could enter it.", evidence)
  }
  const mechanism =
    "A tmpfs in a mount namespace of its own, which nobody else can enter and which ends with the process."
  return { state: "enforced", mechanism, evidence }
}

/** Magic numbers, statfs(2). */
const memoryFileSystems: { readonly [type: number]: string } = { 16914836: "tmpfs", 2240043254: "ramfs" }

export function observeDirectoryInMemory(directory: string): Finding {
  const { type } = statfsSync(directory)
  const fileSystem = memoryFileSystems[type]
  const swaps = swapAreas()
  const evidence = { fileSystem: fileSystem ?? `0x${type.toString(16)}`, swapAreas: swaps ?? null }
  if (!fileSystem) return unavailable("No file system in memory was found that this user may write to.", evidence)
  if (fileSystem === "tmpfs" && swaps !== 0) {
    return unavailable(
      "The folders are in tmpfs, which can be written to swap, and swap is in use or unknown.",
      evidence,
    )
  }
  return { state: "enforced", mechanism: `The folders are on ${fileSystem}, and no swap is in use.`, evidence }
}

export function observeSwap(): Finding {
  const areas = swapAreas()
  const evidence = { swapAreas: areas ?? null }
  if (areas === undefined) return unavailable("Whether swap is in use can't be seen here.", evidence)
  if (areas > 0) return unavailable("Swap is in use.", evidence)
  return { state: "observed", mechanism: "/proc/swaps lists none; it can be switched on later.", evidence }
}

/** Sends this process the signal that opens the inspector, and sees what comes of it. */
export async function observeInspector(): Promise<Finding> {
  if (process.platform === "win32") return unavailable("On Windows any process of this user can open it.")
  const blocked = blocksInspectorSignal()
  const before = inspectorSignalsTaken()
  process.kill(process.pid, "SIGUSR1")
  // A signal that is blocked never arrives.
  const handled = !blocked && (await cameTrue(() => inspectorSignalsTaken() > before))
  // One that came while Node started takes effect on a thread of Node's own, which may be later than the handler.
  const listening = !shutInspector()
  const evidence = { signalBlocked: blocked, signalHandled: handled, closedAtStart: inspectorWasClosed(), listening }
  if (evidence.listening || !(blocked || handled)) {
    return unavailable("SIGUSR1 is neither blocked nor handled, or the inspector listens.", evidence)
  }
  const mechanism = blocked
    ? "SIGUSR1 is blocked, by Node's --disable-sigusr1; it was sent, and nothing listened."
    : "SIGUSR1 is taken by a handler of the vault's own; it was sent, and nothing listened."
  return { state: "enforced", mechanism, evidence }
}

/** The same, later: what was found stays unless the inspector listens now. */
export function observeInspectorAgain(found: Finding): Finding {
  if (!inspectorListens()) return found
  return unavailable("The inspector was opened, and listens.", { ...found.evidence, listening: true })
}

/** From the kernel's own list, proc(5): bit n - 1 is signal n. */
function blocksInspectorSignal(): boolean {
  const mask = /^SigBlk:\s+([0-9a-f]+)/m.exec(readProc("/proc/self/status") ?? "")?.[1]
  return mask !== undefined && (BigInt(`0x${mask}`) & (1n << BigInt(constants.signals.SIGUSR1 - 1))) !== 0n
}

export function observeOutput(debug: boolean): Finding {
  if (debug) return { state: "off", mechanism: "debug is on: what is printed goes to the app's output.", evidence: {} }
  if (process.platform === "win32") return unavailable("Where output goes can't be seen here.")
  const { rdev } = statSync("/dev/null")
  const streams = [1, 2].map((descriptor) => fstatSync(descriptor))
  const discarded = streams.every((stream) => stream.isCharacterDevice() && stream.rdev === rdev)
  if (!discarded) return unavailable("Standard output or error isn't the null device.", { discarded })
  return { state: "enforced", mechanism: "Standard output and error are the null device.", evidence: { discarded } }
}

/** A process that isn't dumpable leaves no core, also where core files go to a program whatever their limit: core(5). */
export function observeCoreDumps({ dumpable, raiseCoreLimit }: Attempts): Finding {
  const limit = /^Max core file size\s+(\S+)/m.exec(readProc("/proc/self/limits") ?? "")?.[1] ?? null
  const pattern = readProc("/proc/sys/kernel/core_pattern")?.trim() ?? null
  const reports = process.report.reportOnFatalError || process.report.reportOnSignal
  const piped = pattern?.startsWith("|") ?? null
  const evidence = { dumpable, raisingTheLimit: raiseCoreLimit, softLimit: limit, piped, diagnosticReports: reports }
  if (dumpable === 0 && raiseCoreLimit === "EPERM" && !reports) {
    const mechanism = "It isn't dumpable, and core files are limited to 0 bytes, which it tried to raise in vain."
    return { state: "enforced", mechanism, evidence }
  }
  if (limit !== "0" || evidence.piped !== false || reports) {
    return unavailable("Core files aren't limited to 0 bytes, or go to a program whatever their limit.", evidence)
  }
  return {
    state: "observed",
    mechanism: "The limit of core files is 0, as the app's own is; it can be raised.",
    evidence,
  }
}

/** False if it doesn't within a second. */
async function cameTrue(holds: () => boolean): Promise<boolean> {
  for (let milliseconds = 0; milliseconds < 1000 && !holds(); milliseconds++) await setTimeout(1)
  return holds()
}

/** RLIMIT_MEMLOCK's soft limit in bytes, or "unlimited", as proc(5) shows it; null where it can't be seen. */
export function lockLimit(): string | null {
  return /^Max locked memory\s+(\S+)/m.exec(readProc("/proc/self/limits") ?? "")?.[1] ?? null
}

/** How many; undefined where that can't be seen. */
export function swapAreas(): number | undefined {
  const table = readProc("/proc/swaps")
  return table === undefined ? undefined : table.trim().split("\n").length - 1
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1")
  } catch {
    return undefined
  }
}
