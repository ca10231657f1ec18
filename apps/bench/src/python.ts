import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const run = promisify(execFile)

/**
 * A Python that has `packages` from PyPI: in a virtual environment under .cache, made when it is first asked for.
 *
 * @param module what the packages are imported by; the environment's name
 * @returns the interpreter's path
 */
export async function pythonWith(
  module: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const folder = join(root, `.cache/${module}-venv`)
  const python = join(folder, "bin/python")
  if (existsSync(python) && (await run(python, ["-c", `import ${module}`]).catch(() => undefined))) return python
  say(`installs ${packages.join(" and ")} from PyPI`)
  await run("python3", ["-m", "venv", folder])
  await run(python, ["-m", "pip", "install", "--quiet", ...packages])
  return python
}

/** The path of a program in python/. */
export const pythonScript = (name: string) => fileURLToPath(new URL(`../python/${name}.py`, import.meta.url))
