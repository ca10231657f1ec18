import { createRequire } from "node:module"
import type { LibraryHandle } from "koffi"
import { OpenCLError } from "./error.js"

/** Names a library other than the system's: a path, or a name that the system's loader finds. */
export const libraryVariable = "STRONGROOM_OPENCL_LIBRARY"

export interface LoadedLibrary {
  readonly koffi: typeof import("koffi")
  readonly library: LibraryHandle
  /** The path or name that it was loaded by. */
  readonly name: string
  /** Whether calls on other threads have a stack that compilers in drivers are content with. */
  readonly hasLargeStacks: boolean
}

/** Compilers in drivers recurse: they are used to the 8 MiB that a main thread has. */
const stackSize = 8 << 20

const names: Readonly<Record<string, readonly string[]>> = {
  linux: ["libOpenCL.so.1", "libOpenCL.so"],
  android: ["libOpenCL.so", "/vendor/lib64/libOpenCL.so", "/system/vendor/lib64/libOpenCL.so"],
  darwin: ["/System/Library/Frameworks/OpenCL.framework/OpenCL"],
  win32: ["OpenCL.dll"],
}

const advice: Readonly<Record<string, string>> = {
  linux: "Install the loader and a driver: on Debian and Ubuntu ocl-icd-libopencl1, and pocl-opencl-icd for the CPU.",
  win32: "It comes with the driver of your graphics card.",
}

let chosen: string | undefined
let prepared: Pick<LoadedLibrary, "koffi" | "hasLargeStacks"> | undefined
let loaded: LoadedLibrary | undefined

/**
 * Takes another library than the system's, for this thread. Before the first call.
 *
 * @throws OpenCLError when a library is already in use
 */
export function useLibrary(path: string): void {
  if (loaded !== undefined && loaded.name !== path)
    throw new OpenCLError(
      "LIBRARY_NOT_FOUND",
      `useLibrary("${path}") comes too late: "${loaded.name}" is already in use. Call it before anything else.`,
    )
  chosen = path
}

/**
 * Loads libraries that a driver is linked with and that the system's loader wouldn't find, in an order in which each finds
 * those before it: a driver in a folder of the app's own, where no LD_LIBRARY_PATH is. Before the first call.
 *
 * @throws OpenCLError LIBRARY_NOT_FOUND
 */
export function preloadLibraries(paths: readonly string[]): void {
  const { koffi } = prepare()
  for (const path of paths) {
    try {
      koffi.load(path, { global: true })
    } catch (cause) {
      throw notFound(`The library "${path}", which a driver needs, couldn't be loaded.`, cause)
    }
  }
}

/**
 * The OpenCL library, loaded at the first call.
 *
 * @throws OpenCLError LIBRARY_NOT_FOUND, with what to install
 */
export function loadLibrary(): LoadedLibrary {
  loaded ??= load()
  return loaded
}

function load(): LoadedLibrary {
  const { koffi, hasLargeStacks } = prepare()
  const named = chosen ?? process.env[libraryVariable]
  const candidates = named ? [named] : (names[process.platform] ?? ["libOpenCL.so"])
  const causes: unknown[] = []
  for (const name of candidates) {
    try {
      return { koffi, library: koffi.load(name), name, hasLargeStacks }
    } catch (error) {
      causes.push(error)
    }
  }
  throw notFound(
    `OpenCL needs ${candidates.map((name) => `"${name}"`).join(" or ")}, which couldn't be loaded. ${
      named ? `The name is from ${chosen ? "useLibrary()" : libraryVariable}.` : (advice[process.platform] ?? "")
    }`.trim(),
    new AggregateError(causes),
  )
}

function prepare(): Pick<LoadedLibrary, "koffi" | "hasLargeStacks"> {
  if (prepared === undefined) {
    const koffi = loadKoffi()
    prepared = { koffi, hasLargeStacks: enlargeStacks(koffi) }
  }
  return prepared
}

/** Importing this package must load nothing native, and calls are synchronous: hence `require`, here. */
function loadKoffi(): typeof import("koffi") {
  try {
    return createRequire(import.meta.url)("koffi")
  } catch (cause) {
    throw notFound(
      `OpenCL is called by way of the package koffi, which couldn't be loaded on ${process.platform} ${process.arch}: install again without omitting optional dependencies.`,
      cause,
    )
  }
}

/** koffi takes settings only before the process loads its first library: false where somebody else came first. */
function enlargeStacks(koffi: typeof import("koffi")): boolean {
  const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config()
  try {
    koffi.config({
      sync_stack_size: Math.max(sync_stack_size, stackSize),
      async_stack_size: Math.max(async_stack_size, stackSize),
    })
  } catch {
    return async_stack_size >= stackSize
  }
  return true
}

function notFound(message: string, cause: unknown): OpenCLError {
  return new OpenCLError("LIBRARY_NOT_FOUND", message, 0, { cause })
}
