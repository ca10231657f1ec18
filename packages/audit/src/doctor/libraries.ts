import { join } from "node:path"
import { type Machine, namesIn, realPath, textOf, variableOf } from "./machine.js"

/** A shared library by its file. */
export interface Library {
  /** By which programs know it: `libcuda.so.1`. */
  readonly name: string
  readonly path: string
  /** What the file that its links lead to has after `.so.`; empty where that says nothing. */
  readonly version: string
}

const triples = ["x86_64-linux-gnu", "aarch64-linux-gnu"]

const usual = [
  ...triples.flatMap((triple) => [`/usr/lib/${triple}`, `/lib/${triple}`, `/usr/local/lib/${triple}`]),
  ...["/usr/lib64", "/lib64", "/usr/lib", "/lib", "/usr/local/lib", "/usr/lib/wsl/lib"],
  ...["/usr/local/cuda/lib64", "/opt/rocm/lib"],
  ...triples.map((triple) => `/usr/lib/${triple}/intel-opencl`),
]

/** Every library in the dynamic loader's usual folders, those of /etc/ld.so.conf.d, and LD_LIBRARY_PATH's; each once. */
export function librariesOf(machine: Machine): readonly Library[] {
  if (machine.platform !== "linux") return []
  const own = variableOf(machine, "LD_LIBRARY_PATH")?.split(":") ?? []
  const configuration = join(machine.root, "/etc/ld.so.conf.d")
  const configured = namesIn(configuration)
    .filter((name) => name.endsWith(".conf"))
    .flatMap((name) => textOf(join(configuration, name))?.split("\n") ?? [])
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/"))
  const folders = new Set([
    ...own.filter((folder) => folder !== ""),
    ...[...configured, ...usual].map((folder) => join(machine.root, folder)),
  ])
  const found = new Map<string, Library>()
  for (const folder of folders)
    for (const name of namesIn(folder)) {
      if (!/\.so(\.|$)/.test(name)) continue
      const path = join(folder, name)
      const real = realPath(path)
      // /lib is a link to /usr/lib on most systems.
      const key = `${name} ${real}`
      if (!found.has(key)) found.set(key, { name, path, version: versionIn(real) })
    }
  return [...found.values()]
}

/** `libcuda.so.550.54.14` has 550.54.14. */
function versionIn(path: string): string {
  return /\.so\.([\w.+-]+)$/.exec(path)?.[1] ?? ""
}
