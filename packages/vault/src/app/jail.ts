import { existsSync, realpathSync } from "node:fs"
import { totalmem } from "node:os"
import { sep } from "node:path"
import { fileURLToPath } from "node:url"
import type { Backend } from "@strongroom/core/backend"
import { allStartingCalls } from "../os/allowed-calls.js"
import { encodeConfiguration } from "../os/jail.js"
import { compileFilter } from "../os/seccomp.js"
import { thisArchitecture } from "../os/system-calls.js"
import { readPlaces } from "./read-places.js"

/** What a vault's process is started with so that native/jail.c closes it before Node's main. */
export interface Jail {
  /** The shared object to preload. */
  readonly library: string
  /** For descriptor 5. */
  readonly configuration: Uint8Array
}

/** Why there is none, in words for the report. */
export interface NoJail {
  readonly missing: string
}

export interface JailSettings {
  /** The folder of the shared objects. */
  readonly native: URL
  /** The vault's main module. */
  readonly script: URL
  /** Node's program. */
  readonly node: string
  readonly backend: Backend
  /** Further modules that the vault may import: `file:` URLs. */
  readonly modules: readonly string[]
  /** The private directory, which exists. */
  readonly directory: string
}

/** Places where programs write whatever their environment says. */
const temporaryPlaces = ["/dev/shm", "/tmp", "/var/tmp"]

/** Every library opens these. */
const plainDevices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]

/**
 * CUDA's memory device. Who opens it is NVIDIA's driver, which gives up (CUDA error 304) unless it may also name its threads
 * and listen at a local socket: docs/decisions/0007-the-jail.md.
 */
const cudaDevice = "/dev/nvidia-uvm"

/** @throws RangeError when the backend's needs are longer than the jail reads. */
export function makeJail(settings: JailSettings): Jail | NoJail {
  const { native, script, node, backend, modules, directory } = settings
  const architecture = thisArchitecture()
  if (architecture === undefined) return { missing: `There is no jail for ${process.platform} on ${process.arch}.` }
  const library = fileURLToPath(new URL(`linux-${architecture}.so`, native))
  if (!existsSync(library))
    return { missing: "The package's native part is missing: it was built without a C compiler." }

  const { needs } = backend
  const read = [...readPlaces(node, [script, backend.module, ...modules]), ...(needs.read ?? [])]
  const execute = needs.execute ?? []
  const covers = coversFor(directory, [...read, ...execute])
  const hasCuda = needs.devices?.includes(cudaDevice) ?? false
  return {
    library,
    configuration: encodeConfiguration({
      covers,
      directory,
      tmpfs: `mode=0700,size=${Math.floor(totalmem() / 2)}`,
      read,
      execute,
      devices: [...plainDevices, ...(needs.devices ?? [])],
      threadNames: hasCuda,
      filter: compileFilter(
        { allow: allStartingCalls, fork: execute.length > 0, filters: true, listening: hasCuda },
        architecture,
      ),
    }),
  }
}

/** A place stays as it is where something in it must be read: then the mounts, and Landlock, keep it from being written. */
function coversFor(directory: string, needed: readonly string[]): readonly string[] {
  const runtime = `/run/user/${process.getuid?.()}`
  const covers = [...temporaryPlaces, runtime]
    .filter((place) => existsSync(place))
    .map((place) => realpathSync(place))
    .filter((place) => !needed.some((path) => isWithin(path, place)))
  return covers.some((place) => isWithin(directory, place)) ? covers : [...covers, directory]
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep)
}
