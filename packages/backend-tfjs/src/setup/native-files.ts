import { readdirSync } from "node:fs"
import { join } from "node:path"
import { changeableByOthers } from "@strongroom/core/node"

/** Of all releases of Node-API that a package has a binding for. */
export function bindingsIn(tfjs: string): readonly string[] {
  return namesIn(join(tfjs, "lib")).flatMap((version) =>
    namesIn(join(tfjs, "lib", version))
      .filter((name) => name === "tfjs_binding.node")
      .map((name) => join(tfjs, "lib", version, name)),
  )
}

/**
 * Whether others could change what a vault would run of a tfjs-node that was set up: its folder, and all on the way to it,
 * the binding, TensorFlow's and NVIDIA's libraries. In a phrase, or `undefined`.
 */
export function changeableSetup(tfjs: string): string | undefined {
  const libraries = join(tfjs, "deps/lib")
  const nvidia = join(tfjs, "deps/nvidia")
  const files = [
    join(tfjs, "package.json"),
    ...bindingsIn(tfjs),
    ...namesIn(libraries).map((name) => join(libraries, name)),
    ...namesIn(nvidia).map((name) => join(nvidia, name, "lib")),
  ]
  for (const file of files) {
    const problem = changeableByOthers(file)
    if (problem !== undefined) return problem
  }
  return undefined
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
