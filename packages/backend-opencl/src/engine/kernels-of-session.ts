import { createHash } from "node:crypto"
import type { Artifacts } from "@strongroom/core/backend"
import type { Kernel, Program } from "@strongroom/opencl/objects"
import type { ProgramStore } from "../programs/program-store.js"

/** Kernels that a session has built, each text once. */
export interface SessionKernels {
  /** Builds those of `sources` that aren't there yet: as what was kept has them, and the rest in one program. */
  build(sources: readonly string[]): Promise<void>
  /** One of what was built, the caller's to release. */
  kernel(source: string): Kernel
  /**
   * Keeps what was compiled, and which kernels were compiled together, so that other shapes find theirs. Then programs that
   * no kernel is of any more go, but for those that were used last.
   */
  keep(): Promise<void>
  release(): void
}

// Products and sums may be one instruction. What kernels take needn't be told: the engine has written them.
const options = "-cl-mad-enable"

/** Sources that are, or were, one program. */
type Group = readonly string[]

interface Held {
  readonly group: Group
  /** Those that were made of it. */
  readonly kernels: Set<Kernel>
}

const groupsKey = "groups of kernels"

/** @param mostPrograms that are held, and groups that are remembered, where nothing needs more */
export function sessionKernels(
  store: ProgramStore,
  artifacts: Pick<Artifacts, "get" | "put">,
  mostPrograms = 32,
): SessionKernels {
  const built = new Map<string, { readonly program: Program; readonly name: string }>()
  /** The one used last is the last. */
  const programs = new Map<Program, Held>()
  /** What the latest plan is made of: perhaps its kernels aren't yet. */
  const inUse = new Set<Program>()
  let groups: Group[] | undefined
  let isNew = false

  async function buildGroup(group: Group): Promise<void> {
    // Names by the place in the group: the same group is the same text, whatever was built before.
    const names = group.map((_, index) => `k${index}`)
    const text = group.map((source, index) => source.replaceAll("KERNEL", names[index] as string)).join("\n")
    const digest = createHash("sha256").update(text).digest("hex")
    const program = await store.program(`kernels ${digest}`, text, options)
    programs.set(program, { group, kernels: new Set() })
    for (const [index, source] of group.entries()) {
      if (!built.has(source)) built.set(source, { program, name: names[index] as string })
    }
  }

  function use(program: Program): void {
    const held = programs.get(program) as Held
    programs.delete(program)
    programs.set(program, held)
    inUse.add(program)
  }

  function isNeeded(program: Program, { kernels }: Held): boolean {
    for (const kernel of kernels) if (kernel.released) kernels.delete(kernel)
    return kernels.size > 0 || inUse.has(program)
  }

  function letGo(program: Program, { group }: Held): void {
    programs.delete(program)
    for (const source of group) if (built.get(source)?.program === program) built.delete(source)
    program.release()
  }

  return {
    async build(sources) {
      inUse.clear()
      groups ??= await keptGroups(artifacts)
      const missing = () => [...new Set(sources)].filter((source) => !built.has(source))
      for (const group of groups) {
        if (missing().some((source) => group.includes(source))) await buildGroup(group)
      }
      const added = missing()
      if (added.length > 0) {
        await buildGroup(added)
        groups = [...groups, added].slice(-mostPrograms)
        isNew = true
      }
      for (const source of sources) use((built.get(source) as { readonly program: Program }).program)
    },
    kernel(source) {
      const found = built.get(source)
      if (found === undefined) throw new Error("A kernel is asked for that wasn't built.")
      const kernel = found.program.createKernel(found.name)
      programs.get(found.program)?.kernels.add(kernel)
      return kernel
    },
    async keep() {
      await store.keep()
      const idle = [...programs].filter(([program, held]) => !isNeeded(program, held))
      for (const [program, held] of idle.slice(0, Math.max(0, programs.size - mostPrograms))) letGo(program, held)
      if (!isNew) return
      isNew = false
      await artifacts.put(groupsKey, new TextEncoder().encode(JSON.stringify(groups)))
    },
    release() {
      for (const [program, held] of programs) letGo(program, held)
    },
  }
}

/** None where what was kept isn't such a list: then all is compiled again. */
async function keptGroups(artifacts: Pick<Artifacts, "get">): Promise<Group[]> {
  const kept = await artifacts.get(groupsKey)
  try {
    const groups: unknown = kept === undefined ? [] : JSON.parse(new TextDecoder().decode(kept.bytes))
    return isGroups(groups) ? groups : []
  } catch {
    return []
  } finally {
    kept?.close()
  }
}

function isGroups(value: unknown): value is Group[] {
  const isGroup = (one: unknown) => Array.isArray(one) && one.every((source) => typeof source === "string")
  return Array.isArray(value) && value.every(isGroup)
}
