import type { Artifacts } from "@strongroom/core/backend"
import type { Context } from "@strongroom/opencl/objects"
import type { PoclFolder } from "./pocl-folder.js"
import type { ProgramStore } from "./program-store.js"

/**
 * Keeps the folder that PoCL makes for a program. Its program binaries hold the same files, but asking for one has PoCL
 * compile every kernel once more, for no work-group size in particular: 0.9 s beside the 1.9 s that three kernels took.
 */
export function poclStore(context: Context, artifacts: Artifacts, folder: PoclFolder): ProgramStore {
  /** By the programs' keys: which folder is theirs, and what lay in it when it was kept. */
  const known = new Map<string, { readonly program: string; kept: string }>()

  const restored = new Map<string, Promise<void>>()

  function restore(key: string): Promise<void> {
    const found = restored.get(key) ?? restoreNow(key)
    restored.set(key, found)
    return found
  }

  async function restoreNow(key: string): Promise<void> {
    const program = await folder.add((path) => artifacts.restoreDirectory(key, path))
    if (program !== undefined) known.set(key, { program, kept: await folder.contents(program) })
  }

  return {
    restore,
    async program(key, source, compilerOptions) {
      const [text] = await Promise.all([source(), restore(key)])
      return folder.exclusively(async () => {
        const before = new Set(await folder.programs())
        const made = await context.createProgram(text, { compilerOptions })
        const [added, ...others] = (await folder.programs()).filter((program) => !before.has(program))
        // Without one, another session's program has the same source: its folder can't be told, and isn't kept.
        if (added !== undefined && others.length === 0) known.set(key, { program: added, kept: "" })
        return made
      })
    },
    async keep() {
      for (const [key, one] of known) {
        const contents = await folder.contents(one.program)
        if (contents === one.kept) continue
        one.kept = contents
        await folder.withCopy(one.program, (path) => artifacts.saveDirectory(key, path))
      }
    },
  }
}
