import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { StrongroomError } from "@strongroom/core/backend"

/** Compilers of C++17, as commands, in the order in which they are looked for. */
const known: readonly (readonly string[])[] = [["g++"], ["c++"], ["clang++"], ["zig", "c++"]]

/**
 * The command of a C++ compiler: the one given, that of the variable CXX, or the first in PATH that is known.
 *
 * @throws StrongroomError `backend-missing`.
 */
export function findCompiler(given = process.env.CXX): readonly string[] {
  if (given) return given.trim().split(/\s+/)
  const found = known.find(([program]) => isInPath(program as string))
  if (found !== undefined) return found
  throw new StrongroomError(
    "backend-missing",
    "There is no C++ compiler in PATH, of g++, c++, clang++ and zig: install one (on Debian: apt-get install g++), or name it.",
  )
}

export function isInPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
