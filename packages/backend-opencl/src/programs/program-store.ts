import type { Artifacts, Host } from "@strongroom/core/backend"
import type { Context, Program } from "@strongroom/opencl/objects"
import { binaryStore } from "./binary-store.js"
import { type PoclFolder, poclFolder } from "./pocl-folder.js"
import { poclStore } from "./pocl-store.js"

/** Where programs of one session come from, and where what was compiled goes, by the cache policy. */
export interface ProgramStore {
  /** Brings what was kept of a program to where {@link program} finds it, which does so by itself otherwise. */
  restore(key: string): Promise<void>
  /**
   * A program that is built: from what was kept, else from its source.
   *
   * @param key The program's, of this model.
   * @param source isn't asked for where what was kept is enough.
   * @throws OpenCLError with the compiler's words, which quote the source
   */
  program(key: string, source: () => Promise<string>, compilerOptions: string): Promise<Program>
  /** Keeps what isn't kept yet, after kernels have run: some drivers compile no sooner. Never rejects for a store's sake. */
  keep(): Promise<void>
}

/** What drivers hand over as a program's binary is kept; of PoCL the folder of its cache, which has more. */
export function programStore(context: Context, host: Host, artifacts: Artifacts): ProgramStore {
  if (host.cachePolicy !== "memory" && host.cachePolicy !== "sealed") return passingStore(context)
  const folder = poclFolder(context, host)
  return folder === undefined ? binaryStore(context, artifacts) : poclStore(context, artifacts, folder)
}

/** Nothing is kept. @param folder beside whose programs these are built, where sessions tell theirs by what is new in it */
export function passingStore(context: Context, folder?: PoclFolder): ProgramStore {
  const made = (source: string, compilerOptions: string) => context.createProgram(source, { compilerOptions })
  return {
    async restore() {},
    async program(_key, source, compilerOptions) {
      const text = await source()
      return folder === undefined ? made(text, compilerOptions) : folder.exclusively(() => made(text, compilerOptions))
    },
    async keep() {},
  }
}
