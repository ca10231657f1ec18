import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * Builds a library that lies between a program and the system's OpenCL.
 *
 * @param name of its source in test/programs, without `.c`
 * @returns where it is, in `folder`
 * @throws Error without a C compiler or OpenCL
 */
export function libraryBetween(folder: string, name: string): string {
  const library = join(folder, `${name}.so`)
  const source = fileURLToPath(new URL(`programs/${name}.c`, import.meta.url))
  const linked = ["-Wl,--no-as-needed", "-l:libOpenCL.so.1", "-ldl"]
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source, ...linked])
  if (status !== 0) throw new Error("This test needs a C compiler, and libOpenCL.so.1.")
  return library
}
