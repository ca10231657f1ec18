import { cTypes } from "./c-types.js"
import { OpenCLError } from "./error.js"
import type { FunctionsOf } from "./function-types.js"
import { type LoadedLibrary, loadLibrary } from "./library.js"
import { type Signatures, versions } from "./signatures/index.js"

/**
 * OpenCL's functions with C's names, parameters and order. Handles are their addresses (bigint), memory is passed where
 * it lies, NULL is null. Nothing is checked and nothing thrown: `check()` and `made()` do that.
 */
export type OpenCL = FunctionsOf<Signatures>

let functions: OpenCL | undefined

/**
 * Loads OpenCL at the first call.
 *
 * @throws OpenCLError LIBRARY_NOT_FOUND
 */
export function opencl(): OpenCL {
  functions ??= bind(loadLibrary())
  return functions
}

function bind({ library, name: libraryName }: LoadedLibrary): OpenCL {
  const bound: Record<string, unknown> = {}
  for (const [version, signatures] of Object.entries(versions))
    for (const [name, signature] of Object.entries(signatures)) {
      const { result, parameters } = cTypes(signature)
      try {
        bound[name] = library.func(name, result, [...parameters])
      } catch {
        bound[name] = missing(
          `${name} came with OpenCL ${version}, and "${libraryName}" hasn't got it: update it.`,
          name,
        )
      }
    }
  // A copy, because V8 keeps an object that grew name by name as a table, where every call would look its function up.
  return { ...bound } as unknown as OpenCL
}

/** What stands for a function that the library lacks: it says so when it is called. */
function missing(message: string, call: string) {
  const fail = () => {
    throw new OpenCLError("FUNCTION_NOT_FOUND", message, 0, { call })
  }
  return Object.assign(fail, { async: fail })
}
