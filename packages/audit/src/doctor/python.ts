import { execFile } from "node:child_process"
import { join } from "node:path"
import type { Machine } from "./machine.js"

/** The Python that a user's programs get. */
export interface Python {
  readonly version: string
  /** Where packages are installed, the first ones win. */
  readonly folders: readonly string[]
}

/**
 * Prints where packages are. Started with -I -S: no variable, no file of the user's and no .pth file has a say, and no
 * package is imported; so the folders are put together here, as site.py does.
 */
const program = `
import json, os, site, sys
prefixes = []
own = os.path.dirname(os.path.dirname(sys.executable))
settings = os.path.join(own, "pyvenv.cfg")
shared = True
if os.path.exists(settings):
    prefixes.append(own)
    with open(settings) as file:
        text = file.read().lower().replace(" ", "")
    shared = "include-system-site-packages=true" in text
if shared:
    prefixes += [sys.base_prefix, sys.base_exec_prefix]
folders = site.getsitepackages(prefixes)
if shared:
    folders = [site.getusersitepackages()] + folders
folders = [folder for index, folder in enumerate(folders) if folder not in folders[:index] and os.path.isdir(folder)]
print(json.dumps({"version": sys.version.split()[0], "folders": folders}))
`

const milliseconds = 10_000

/** The python3 in PATH; undefined where there is none, or it doesn't answer. */
export function findPython({ environment, root }: Machine): Promise<Python | undefined> {
  const folders = (environment.PATH ?? "").split(process.platform === "win32" ? ";" : ":").filter((path) => path !== "")
  // A machine that isn't this one has no programs to run.
  if (root !== "/" || folders.length === 0) return Promise.resolve(undefined)
  const name = process.platform === "win32" ? "python.exe" : "python3"
  return firstAnswer(
    folders.map((folder) => join(folder, name)),
    environment,
  )
}

async function firstAnswer(
  programs: readonly string[],
  environment: Machine["environment"],
): Promise<Python | undefined> {
  for (const path of programs) {
    const answer = await ask(path, environment)
    if (answer !== "missing") return answer
  }
  return undefined
}

function ask(path: string, environment: Machine["environment"]): Promise<Python | undefined | "missing"> {
  return new Promise((resolve) => {
    const settings = { env: environment as NodeJS.ProcessEnv, timeout: milliseconds, windowsHide: true }
    execFile(path, ["-I", "-S", "-c", program], settings, (error, stdout) => {
      if (error?.code !== undefined && ["ENOENT", "EACCES", "ENOTDIR"].includes(String(error.code)))
        return resolve("missing")
      try {
        resolve(JSON.parse(stdout))
      } catch {
        resolve(undefined)
      }
    })
  })
}
