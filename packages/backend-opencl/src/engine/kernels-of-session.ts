import { createHash } from "node:crypto"
import type { Kernel, Program } from "@strongroom/opencl/objects"
import type { ProgramStore } from "../programs/program-store.js"

/** Kernels that a session has built, each text once. */
export interface SessionKernels {
  /** Builds those of `sources` that aren't there yet, in one program. */
  build(sources: readonly string[]): Promise<void>
  /** One of what was built, the caller's to release. */
  kernel(source: string): Kernel
  release(): void
}

// Products and sums may be one instruction. What kernels take needn't be told: the engine has written them.
const options = "-cl-mad-enable"

export function sessionKernels(store: ProgramStore): SessionKernels {
  const built = new Map<string, { readonly program: Program; readonly name: string }>()
  const programs: Program[] = []

  return {
    async build(sources) {
      const added = [...new Set(sources)].filter((source) => !built.has(source))
      if (added.length === 0) return
      // Names by the text: two programs with the same kernels are the same text, whatever was built before.
      const names = added.map((_, index) => `k${index}`)
      const text = added.map((source, index) => source.replaceAll("KERNEL", names[index] as string)).join("\n")
      const digest = createHash("sha256").update(text).digest("hex")
      const program = await store.program(`kernels ${digest}`, text, options)
      programs.push(program)
      for (const [index, source] of added.entries()) built.set(source, { program, name: names[index] as string })
    },
    kernel(source) {
      const found = built.get(source)
      if (found === undefined) throw new Error("A kernel is asked for that wasn't built.")
      return found.program.createKernel(found.name)
    },
    release() {
      for (const program of programs.splice(0)) program.release()
      built.clear()
    },
  }
}
