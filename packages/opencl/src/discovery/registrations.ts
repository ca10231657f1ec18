import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/** A driver as the loader is told of it (an ICD: installable client driver). */
export interface Registration {
  /** The file whose first line names the library; null where a variable names the library itself. */
  readonly file: string | null
  /** A path, or a name that the system's dynamic loader looks for; null where the file can't be read. */
  readonly library: string | null
  /** The variable by which loaders take it alone: a directory of such files, or names of libraries. */
  readonly variable: "OCL_ICD_VENDORS" | "OCL_ICD_FILENAMES"
}

export type Environment = Readonly<Record<string, string | undefined>>

const systemDirectory = process.platform === "freebsd" ? "/usr/local/etc/OpenCL/vendors" : "/etc/OpenCL/vendors"

/** Whether drivers are registered by files here. Elsewhere it is Windows' registry, or macOS' own framework. */
export const hasRegistrations = process.platform !== "win32" && process.platform !== "darwin"

/**
 * What the loaders find by these variables, in the order of names: ocl-icd's OCL_ICD_VENDORS (a directory, a file, or a
 * library's name) and OPENCL_VENDOR_PATH (a directory), and Khronos' OCL_ICD_VENDORS (a directory) and OCL_ICD_FILENAMES
 * (libraries). Sources: ocl-icd's manual, libOpenCL(7); the README of OpenCL-ICD-Loader.
 */
export function findRegistrations(environment: Environment): Registration[] {
  const named = (environment.OCL_ICD_FILENAMES ?? "").split(":").filter((name) => name !== "")
  return [
    ...byVendors(environment.OCL_ICD_VENDORS || undefined, environment.OPENCL_VENDOR_PATH || systemDirectory),
    ...named.map((library): Registration => ({ file: null, library, variable: "OCL_ICD_FILENAMES" })),
  ]
}

function byVendors(vendors: string | undefined, otherwise: string): Registration[] {
  const place = vendors ?? otherwise
  if (isDirectory(place)) return filesIn(place).map(registration)
  if (!place.endsWith(".icd")) {
    return vendors === undefined ? [] : [{ file: null, library: place, variable: "OCL_ICD_VENDORS" }]
  }
  return [registration(place.includes("/") ? place : join(otherwise, place))]
}

function filesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".icd"))
    .sort()
    .map((name) => join(directory, name))
}

function registration(file: string): Registration {
  return { file, library: libraryIn(file), variable: "OCL_ICD_VENDORS" }
}

function libraryIn(file: string): string | null {
  try {
    return readFileSync(file, "utf8").split("\n")[0]?.trim() || null
  } catch {
    return null
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
