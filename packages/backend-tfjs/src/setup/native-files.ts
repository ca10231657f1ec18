import { readdirSync } from "node:fs"
import { basename, join } from "node:path"
import { changeableByOthers } from "@strongroom/core/node"

/** The bindings of tfjs-node's package: one for each release of Node-API that it was built for. */
export function bindingsIn(tfjs: string): readonly string[] {
  return pathsIn(join(tfjs, "lib"))
    .flatMap(pathsIn)
    .filter((path) => basename(path) === "tfjs_binding.node")
}

/**
 * Whether others could change what a vault would run of a tfjs-node that was set up: its folder, and all on the way to it,
 * the binding, TensorFlow's and NVIDIA's libraries. In a phrase, or `undefined`.
 */
export function changeableSetup(tfjs: string): string | undefined {
  const nvidiaLibraries = pathsIn(join(tfjs, "deps/nvidia")).map((path) => join(path, "lib"))
  const files = [
    join(tfjs, "package.json"),
    ...bindingsIn(tfjs),
    ...pathsIn(join(tfjs, "deps/lib")),
    ...nvidiaLibraries,
    ...nvidiaLibraries.flatMap(pathsIn),
  ]
  for (const file of files) {
    const problem = changeableByOthers(file)
    if (problem !== undefined) return problem
  }
  return undefined
}

function pathsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
