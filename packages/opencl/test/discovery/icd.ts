import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

const source = fileURLToPath(new URL("../fixtures/icd.c", import.meta.url))

/** In CI there has to be one: then the tests fail, and aren't skipped. */
export const hasCompiler = process.env.CI !== undefined || spawnSync("gcc", ["--version"]).status === 0

export interface Misbehaviour {
  readonly when: "constructor" | "platforms" | "devices" | "destructor"
  /** A statement of C. */
  readonly how: string
  /** Whether it offers a platform. */
  readonly platform?: boolean
  /** What it answers to clGetDeviceIDs: CL_DEVICE_NOT_FOUND if not said. */
  readonly refusal?: number
}

/** Compiles a driver and registers it in a directory. Gives the .icd file. */
export function makeDriver(directory: string, name: string, misbehaviour: Misbehaviour): string {
  const { when, how, platform = false, refusal = -1 } = misbehaviour
  const library = join(directory, "libraries", `${name}.so`)
  mkdirSync(join(directory, "libraries"), { recursive: true })
  const macros = [
    `-DIN_${when.toUpperCase()}`,
    `-DHOW=${how}`,
    `-DREFUSAL=${refusal}`,
    ...(platform ? ["-DPLATFORM"] : []),
  ]
  execFileSync("gcc", ["-Wall", "-Wextra", "-shared", "-fPIC", ...macros, "-o", library, source])
  return register(directory, name, library)
}

/** Registers a library. Gives the .icd file. */
export function register(directory: string, name: string, library: string): string {
  const file = join(directory, `${basename(name)}.icd`)
  writeFileSync(file, `${library}\n`)
  return file
}
