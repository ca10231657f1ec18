import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)
const source = fileURLToPath(new URL("../c/opencl_peer.c", import.meta.url))
const folder = fileURLToPath(new URL("../../../.cache/bench/", import.meta.url))

/**
 * Compiles c/opencl_peer.c by gcc -O2 against the OpenCL library that the binding loads, which needs no headers.
 *
 * @param library its path; by default the system's
 */
export async function compileC(library: string | undefined): Promise<{ readonly path: string; readonly name: string }> {
  const { stdout: version } = await run("gcc", ["-dumpfullversion"])
  const link = library === undefined ? ["-l:libOpenCL.so.1"] : [library, `-Wl,-rpath,${dirname(library)}`]
  const hash = createHash("sha256")
    .update(await readFile(source))
    .update(version)
    .update(link.join(" "))
  const path = join(folder, `opencl-peer-${hash.digest("hex").slice(0, 16)}`)
  await mkdir(folder, { recursive: true })
  await run("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", path, source, ...link])
  return { path, name: `C, gcc ${version.trim()} -O2` }
}
