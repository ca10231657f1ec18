import type { Json } from "@strongroom/core/backend"
import type { JailResults } from "../os/jail.js"
import { type Attempts, errorName } from "./attempts.js"
import { type Finding, type Findings, unavailable } from "./findings.js"
import type { InheritedSockets } from "./inherited-sockets.js"

/** What the vault knows of its confinement. */
export interface Confinement {
  /** What was done before main. Undefined without a jail. */
  readonly jail: JailResults | undefined
  /** Why there is none, in the app's words. */
  readonly missing: string | null
  readonly attempts: Attempts
  /** Programs that the backend declares, which native/programs.c starts. */
  readonly execute: readonly string[]
  /** What became of keeping files' modes, owners and times, as {@link keepAttributes} says it. */
  readonly attributes: number | undefined
  readonly secondFilter: SecondFilterOutcome
  /** Undefined without a jail, or where it couldn't be tried. */
  readonly inherited: InheritedSockets | undefined
}

/** What became of the filter that is set when the engine has been made. */
export interface SecondFilterOutcome {
  /** 0, or -errno. */
  readonly result: number
  /** How many system calls it allows. */
  readonly calls: number
}

/** What the jail, the filters and the vault's own attempts say, guarantee by guarantee. */
export function findConfinement(confinement: Confinement) {
  return {
    "process.execute": execute(confinement),
    "memory.private": memoryPrivate(confinement),
    "files.confined": files(confinement),
    "network.none": network(confinement),
    "syscalls.filtered": calls(confinement),
  } satisfies Partial<Findings>
}

/** "done", or the name of the error that the step ended with. */
export function outcome(result: number | undefined): string {
  if (result === undefined) return "not tried"
  return result < 0 ? errorName(-result) : "done"
}

/** Steps whose result is a number also when it is 0. */
const counted: readonly string[] = [
  ...["tracer", "outerNumber", "covers", "landlockAbi", "landlockRules", "landlockMissing"],
  "threadNames",
]

/** What became of each of the jail's steps, by name: "done", an error's name, or the number that it counts. */
export function stepOutcomes({ magic: _, ...steps }: JailResults): { readonly [step: string]: Json } {
  return Object.fromEntries(
    Object.entries(steps).map(([step, result]) => {
      return [step, result >= 0 && counted.includes(step) ? result : outcome(result)]
    }),
  )
}

/** The app started the vault with a jail, and no table of results was there. */
const untold = "Whether the jail did anything isn't known: it has told nothing."

const refusals: readonly string[] = ["EPERM", "EACCES", "EROFS"]
const confined: readonly string[] = [...refusals, "private", "hidden"]

/** What the jail must have done for anything of it to count. */
function isSound({ capabilities, descriptors }: JailResults): boolean {
  return capabilities === 0 && descriptors === 0
}

/** The errors with which the kernel refuses another process's memory: of the call, and of opening its file. */
const memoryRefusals = { read: "EPERM", open: "EACCES" } as const

function memoryPrivate({ jail, missing, attempts: { dumpable } }: Confinement): Finding {
  if (!jail) return unavailable(missing ?? untold, { dumpable })
  const { memoryRead, memoryOpen, relay, tracer, user } = jail
  const evidence = {
    dumpable,
    tracer,
    userNamespace: user === 1 ? "not needed: root" : outcome(user),
    parentReads: outcome(memoryRead),
    parentOpens: outcome(memoryOpen),
    parentConfined: outcome(relay),
    descriptors: outcome(jail.descriptors),
    capabilities: outcome(jail.capabilities),
  }
  if (memoryRead >= 0 || memoryOpen >= 0) {
    return unavailable("Its parent, of the same user, tried to read its memory and could: it is root.", evidence)
  }
  if (evidence.parentReads !== memoryRefusals.read || evidence.parentOpens !== memoryRefusals.open) {
    return unavailable("Whether its memory can be read couldn't be tried.", evidence)
  }
  if (dumpable !== 0 || tracer !== 0) return unavailable("It is dumpable, or who traces it can't be seen.", evidence)
  if (relay !== 0 || !isSound(jail)) {
    return unavailable(
      "Its parent, or it itself, has kept rights or descriptors that it should have given up.",
      evidence,
    )
  }
  const where = user === 0 ? ", in a user namespace entered without exec" : ""
  const mechanism = `It isn't dumpable${where}, and has forked since. Its parent, of the same user, tried to read its memory and was refused.`
  return { state: "enforced", mechanism, evidence }
}

/** Below, files that exist can be truncated. */
const leastLandlockAbi = 3

function files({ jail, missing, attempts, attributes }: Confinement): Finding {
  if (!jail) return unavailable(missing ?? untold)
  const { landlockAbi, landlock, landlockRules, landlockMissing, readOnly, covered, covers } = jail
  const isLandlocked = landlock === 0 && attempts.listRoot === "EACCES"
  const evidence = {
    landlock: { outcome: outcome(landlock), abi: landlockAbi, rules: landlockRules, missingPlaces: landlockMissing },
    readOnlyMounts: outcome(readOnly),
    attributes: attributes === undefined ? null : outcome(attributes),
    privateMounts: { outcome: outcome(covered), count: covers },
    listingRoot: attempts.listRoot,
    writing: attempts.files,
  }
  const escaped = Object.values(attempts.files).some((one) => !confined.includes(one))
  if (escaped || !isLandlocked) {
    return unavailable("Landlock doesn't keep it from reading, and from writing to devices and pipes.", evidence)
  }
  // Modes and times of files are not Landlock's business: then the calls that change them must be refused.
  if (readOnly !== 0 && !(landlockAbi >= leastLandlockAbi && attributes === 0)) {
    return unavailable("Mounts aren't read-only, and Landlock alone lets files be changed in some ways.", evidence)
  }
  if (!isSound(jail)) return unavailable("It has kept capabilities or descriptors.", evidence)
  const also = readOnly === 0 ? " and read-only mounts" : ""
  const mechanism = `Landlock (ABI ${landlockAbi})${also}. It tried to write in the user's folders and was refused.`
  return { state: "enforced", mechanism, evidence }
}

function network({ jail, missing, attempts: { calls }, inherited }: Confinement): Finding {
  if (!jail) return unavailable(missing ?? untold)
  const sockets = Object.entries(calls).filter(([name]) => name.startsWith("socket"))
  const evidence = {
    namespace: outcome(jail.network),
    attempts: Object.fromEntries(sockets),
    naming: inherited?.outcomes ?? null,
  }
  if (sockets.length === 0 || sockets.some(([, one]) => one !== "EPERM")) {
    const mechanism = jail.network === 0 ? "A network namespace holds, but sockets can be made" : "Sockets can be made"
    return unavailable(`${mechanism}, so that it can reach what listens at a path.`, evidence)
  }
  if (inherited?.canBeNamed && !(inherited.areClosed && jail.network === 0)) {
    const mechanism =
      "Until the engine was made it could name sockets in the app's network, where everybody reads names."
    return unavailable(mechanism, evidence)
  }
  const also = jail.network === 0 ? ", and it is alone in a network namespace" : ""
  return { state: "enforced", mechanism: `It can make no socket of any kind: it tried${also}.`, evidence }
}

function calls({ jail, missing, attempts, secondFilter }: Confinement): Finding {
  if (!jail) return unavailable(missing ?? untold)
  const evidence: { [name: string]: Json } = {
    first: outcome(jail.seccomp),
    second: { outcome: outcome(secondFilter.result), calls: secondFilter.calls },
    noNewPrivileges: outcome(jail.noNewPrivileges),
    attempts: attempts.calls,
  }
  const open = Object.entries(attempts.calls).filter(([, one]) => one !== "EPERM")
  if (jail.seccomp === 0 && secondFilter.result !== 0) {
    return unavailable("The filter for when the engine has been made couldn't be set.", evidence)
  }
  if (jail.seccomp < 0 || !isSound(jail) || Object.keys(attempts.calls).length === 0 || open.length > 0) {
    return unavailable("No filter was set, or calls that it should refuse went through.", evidence)
  }
  const mechanism = `A seccomp filter allows what is on a list, and since the engine was made only ${secondFilter.calls}. It tried others and was refused.`
  return { state: "enforced", mechanism, evidence }
}

function execute({ jail, missing, attempts: { start }, execute }: Confinement): Finding {
  const evidence = { starting: start, declared: execute.length }
  if (!jail) return unavailable(missing ?? untold, evidence)
  if (!refusals.includes(start)) return unavailable("It started a program that the backend doesn't declare.", evidence)
  const by = start === "EPERM" ? "The seccomp filter lets no program start" : "Landlock lets no program start"
  const mapped = "Those that the backend declares are mapped into a fork of it, which is as closed as it is."
  const mechanism = [`${by}. It tried to start /bin/true and was refused.`, ...(execute.length > 0 ? [mapped] : [])]
  return { state: "enforced", mechanism: mechanism.join(" "), evidence }
}
