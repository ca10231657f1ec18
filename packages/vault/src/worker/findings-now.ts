import { type Finding, type Findings, unavailable } from "./findings.js"
import {
  observeCoreDumps,
  observeDirectory,
  observeDirectoryInMemory,
  observeEnvironment,
  observeInspector,
  observeMemory,
  observeOutput,
  observeSwap,
} from "./observe-process.js"

/** What has been loaded so far, or is about to be. */
export interface Loads {
  readonly models: number
  /** Loads whose identity was a passphrase that the app gave. */
  readonly passphrases: number
}

export interface Setting {
  readonly environment: { readonly [name: string]: string }
  readonly directory: string
  readonly debug: boolean
  readonly cachePolicy: string
}

/** Looks at this process, guarantee by guarantee. Loads change two of them: see {@link withLoads}. */
export async function lookAround({ environment, directory, debug, cachePolicy }: Setting): Promise<Findings> {
  return {
    "model.authentic": modelAuthentic(0),
    "keys.outside-app": keysOutsideApp(0, 0),
    "process.separate": {
      state: "enforced",
      mechanism: "A child process of the app's.",
      evidence: { pid: process.pid, parent: process.ppid },
    },
    "process.environment": observeEnvironment(environment),
    "process.private-directory": observeDirectory(directory),
    "process.directory-in-memory": observeDirectoryInMemory(directory),
    "process.inspector": await observeInspector(),
    "process.core-dumps": observeCoreDumps(),
    "process.output": observeOutput(debug),
    "process.execute": unavailable("Nothing keeps it from starting programs."),
    "memory.private": observeMemory(),
    "memory.locked": unavailable("Its memory isn't locked."),
    "memory.wiped": unavailable(
      "Content keys and lent parts are overwritten; identities are JavaScript strings, which can't be.",
    ),
    "memory.engine-wiped": unavailable("Engines free their memory as it is."),
    "swap.none": observeSwap(),
    "files.confined": unavailable("It can write wherever its user can."),
    "network.none": unavailable("It can reach whatever its user can."),
    "syscalls.filtered": unavailable("No filter is set."),
    "cache.policy": cache(cachePolicy),
    "modules.known": unavailable("What it loads isn't listed."),
  }
}

/** The same with what `loads` make of it. */
export function withLoads(findings: Findings, { models, passphrases }: Loads): Findings {
  return {
    ...findings,
    "model.authentic": modelAuthentic(models),
    "keys.outside-app": keysOutsideApp(models, passphrases),
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

function cache(policy: string): Finding {
  const evidence = { policy }
  if (policy === "driver") {
    return { state: "off", mechanism: "The cache policy leaves it to the driver.", evidence }
  }
  return unavailable("The backend is asked to keep to it; what a driver writes elsewhere isn't looked for.", evidence)
}
