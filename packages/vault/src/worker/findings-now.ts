import { loadHeap } from "../os/heap.js"
import { type Confinement, findConfinement, stepOutcomes } from "./confinement.js"
import { type Finding, type Findings, unavailable } from "./findings.js"
import { findEngineWiped, findLocked, findWiped, type Wiping } from "./memory-findings.js"
import type { MemoryCounts } from "./memory-ledger.js"
import {
  lockLimit,
  observeCoreDumps,
  observeDirectory,
  observeDirectoryInMemory,
  observeEnvironment,
  observeInspector,
  observeInspectorAgain,
  observeOutput,
  observeSwap,
  swapAreas,
} from "./observe-process.js"

/** What has been loaded so far, or is about to be. */
export interface Loads {
  readonly models: number
  /** Loads whose identity was a passphrase that the app gave. */
  readonly passphrases: number
  readonly wiping: Wiping
  readonly memory: MemoryCounts
}

export interface Setting {
  readonly environment: { readonly [name: string]: string }
  readonly directory: string
  /** Tells the folder that the app made at that path. */
  readonly directoryOutside: string
  readonly debug: boolean
  readonly cachePolicy: string
  /** Whether app and vault pass descriptors. */
  readonly passing: boolean
}

/** Looks at this process, guarantee by guarantee. Loads change four of them: see {@link withLoads}. */
export async function lookAround(setting: Setting, confinement: Confinement): Promise<Findings> {
  const findings = {
    ...lookOnce(setting, confinement),
    ...findConfinement(confinement),
    ...lookAtProcess(setting, confinement),
    "process.inspector": await observeInspector(),
    "memory.engine-wiped": findEngineWiped((await loadHeap()) !== undefined),
  }
  return { ...findings, "cache.policy": cache(setting.cachePolicy, findings) }
}

/** Looks again at what others can change while the vault is open: at every load. */
export function lookAgain(findings: Findings, setting: Setting, confinement: Confinement): Findings {
  const inspector = observeInspectorAgain(findings["process.inspector"])
  const found = { ...findings, ...lookAtProcess(setting, confinement), "process.inspector": inspector }
  return { ...found, "cache.policy": cache(setting.cachePolicy, found) }
}

function lookAtProcess({ environment, directory, directoryOutside, debug }: Setting, { attempts, jail }: Confinement) {
  return {
    "process.environment": seen(() => observeEnvironment(environment)),
    "process.private-directory": seen(() => observeDirectory(directory, directoryOutside, jail)),
    "process.directory-in-memory": seen(() => observeDirectoryInMemory(directory)),
    "process.core-dumps": seen(() => observeCoreDumps(attempts)),
    "process.output": seen(() => observeOutput(debug)),
    "swap.none": seen(observeSwap),
  } satisfies Partial<Findings>
}

/** What can't be looked at any more, such as a folder that has been moved away, doesn't hold. */
function seen(observe: () => Finding): Finding {
  try {
    return observe()
  } catch {
    return unavailable("It can't be looked at.")
  }
}

function lookOnce({ passing }: Setting, { jail }: Confinement) {
  return {
    "model.authentic": modelAuthentic(0),
    "keys.outside-app": keysOutsideApp(0, 0),
    "process.separate": {
      state: "enforced",
      mechanism: "A child process of the app's.",
      evidence: {
        pid: jail?.outerNumber ?? process.pid,
        jail: jail ? stepOutcomes(jail) : null,
        files: passing ? "passed open" : "opened by path",
      },
    },
    "memory.locked": unavailable("Its memory isn't locked."),
    "memory.wiped": unavailable("Nothing is overwritten."),
    "modules.known": unavailable("What it loads isn't listed."),
  } satisfies Partial<Findings>
}

/** The same with what `loads` make of it. */
export function withLoads(findings: Findings, { models, passphrases, wiping, memory }: Loads): Findings {
  return {
    ...findings,
    "model.authentic": modelAuthentic(models),
    "keys.outside-app": keysOutsideApp(models, passphrases),
    "memory.locked": seen(() => findLocked(memory, swapAreas(), lockLimit())),
    "memory.wiped": findWiped(wiping),
  }
}

function modelAuthentic(models: number): Finding {
  const mechanism = "Signatures are checked before anything is used, and each segment's digest whenever it is read."
  return { state: "enforced", mechanism, evidence: { models } }
}

function keysOutsideApp(models: number, passphrases: number): Finding {
  const evidence = { models, passphrases }
  if (passphrases > 0) {
    return { state: "off", mechanism: "The app gave a passphrase, which was in its own memory.", evidence }
  }
  const mechanism = "Identity files are read, grants opened and parts decrypted only in the vault's process."
  return { state: "enforced", mechanism, evidence }
}

/** What together keeps a driver from writing anything that outlives the process, or that is on a disk meanwhile. */
const confining = ["files.confined", "process.private-directory", "process.directory-in-memory"] as const

function cache(policy: string, findings: { readonly [id in (typeof confining)[number]]: Finding }): Finding {
  if (policy === "driver") {
    return { state: "off", mechanism: "The cache policy leaves it to the driver.", evidence: { policy } }
  }
  const missing = confining.filter((id) => findings[id].state !== "enforced")
  const evidence = { policy, missing }
  if (missing.length > 0) {
    return unavailable("The backend is asked to keep to it; what a driver writes elsewhere isn't looked for.", evidence)
  }
  const confined =
    "Whatever a driver writes is in a folder in memory that ends with the process; it can write nowhere else."
  const sealed = "What is kept leaves the vault as ciphertext, under a key of this recipient's and this seal's."
  const mechanism = policy === "sealed" ? `${confined} ${sealed}` : confined
  return { state: "enforced", mechanism, evidence }
}
